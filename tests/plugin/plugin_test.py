#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A model outside the source tree: zif is installed, the plugin is built against it, a run uses it. ZIF_BUILD is the build to install,
CMAKE the program that does it, ZIF_GUEST has a guest program that waits for the model."""
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.prefix = os.path.join(cls.folder, "installed")
        subprocess.run([os.environ["CMAKE"], "--install", os.environ["ZIF_BUILD"], "--prefix", cls.prefix], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.copy(os.path.join(HERE, "tally.c"), cls.folder)
        shutil.copy(os.path.join(HERE, "tally.dts"), cls.folder)
        cls.plugin = cls.build("tally.so")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def build(cls, name, *flags, source="tally.c"):
        flags_of_zif = subprocess.run(["pkg-config", "--cflags", "zif"], check=True, stdout=subprocess.PIPE, text=True,
                                      env=dict(os.environ, PKG_CONFIG_PATH=cls.prefix + "/lib/pkgconfig")).stdout.split()
        subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", *flags_of_zif, *flags, "-o",
                        name, source], check=True, cwd=cls.folder)
        return os.path.join(cls.folder, name)

    def zif(self, code, *words):
        result = subprocess.run([self.prefix + "/bin/zif", *words], capture_output=True, text=True, cwd=self.folder, timeout=60,
                                stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def test_class_is_listed(self):
        self.assertRegex(self.zif(0, "classes", "--plugin", "tally.so"), r"(?m)^example-tally +whole +example,tally \(plugin\)$")
        self.assertNotIn("example-tally", self.zif(0, "classes"))

    def test_guest_waits_for_the_model(self):
        waits = os.environ["ZIF_GUEST"] + "/waits.elf"
        said = self.zif(0, "run", "--board", "tally.dts", "--plugin", "tally.so", waits)
        self.assertIn("zif: passed; 10.", said)
        self.zif(0, "run", "--board", "tally.dts", "--plugin=" + self.plugin, "--cpu-port=portable", waits)
        self.assertIn("tally is not modelled", self.zif(124, "run", "--board", "tally.dts", "--timeout=1ms", waits))

    def test_board_shows_the_model(self):
        self.assertRegex(self.zif(0, "board", "--plugin", "tally.so", "tally.dts"), "tally.*example-tally")

    def test_another_abi_is_refused(self):
        with open(os.path.join(self.folder, "tally.c")) as source, open(os.path.join(self.folder, "old.c"), "w") as old:
            old.write(source.read().replace("ZIF_PLUGIN(", "#undef ZIF_PLUGIN_ABI\n#define ZIF_PLUGIN_ABI 0\nZIF_PLUGIN("))
        self.build("old.so", source="old.c")
        self.assertIn("old.so is of plugin ABI 0, this zif's is 1: build it again", self.zif(125, "classes", "--plugin", "old.so"))

    def test_a_class_that_is_there_already_is_refused(self):
        self.assertIn("there is a class 'example-tally' already", self.zif(125, "classes", "--plugin=tally.so", "--plugin=./tally.so"))

    def test_what_is_no_plugin_is_refused(self):
        with open(os.path.join(self.folder, "text.so"), "w") as text:
            text.write("no shared object\n")
        with open(os.path.join(self.folder, "empty.c"), "w") as empty:
            empty.write("int nothing;\n")
        self.build("empty.so", source="empty.c")
        self.assertIn("--plugin: cannot load ./text.so", self.zif(125, "classes", "--plugin", "text.so"))
        self.assertIn("--plugin: cannot load ./libc.so.6", self.zif(125, "classes", "--plugin", "libc.so.6"))
        self.assertIn("empty.so is no plugin of zif", self.zif(125, "classes", "--plugin", "empty.so"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
