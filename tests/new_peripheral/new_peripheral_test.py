#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/new-peripheral in a scratch copy: what it writes compiles, its table is that of the SVD file, its test fails where it should.
ZIF_LIBS are the archives of the build, in link order."""
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
SVD = os.path.join(ROOT, "tests", "cli", "guest", "extra.svd")
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-I" + ROOT + "/emu/include"]


class NewPeripheral(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        os.mkdir(self.root + "/peripherals")
        shutil.copy(ROOT + "/peripherals/list.h", self.root + "/peripherals/list.h")

    def tearDown(self):
        shutil.rmtree(self.root)

    def make(self, code, *words):
        result = subprocess.run([ROOT + "/tools/new-peripheral", "--root", self.root, *words], capture_output=True, text=True)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stderr

    def text(self, name):
        with open(f"{self.root}/peripherals/{name}") as source:
            return source.read()

    def build_and_run(self, vendor, name):
        folder, libs = f"{self.root}/peripherals/{vendor}", os.environ["ZIF_LIBS"].split(":")
        with open(self.root + "/one.c", "w") as classes:
            classes.write(f"#include <zif/peripheral.h>\nextern const ZifClass zif__{vendor}_{name};\n"
                          f"const ZifClass *const zif_classes[] = {{ &zif__{vendor}_{name} }};\nconst unsigned zif_nclasses = 1;\n")
        subprocess.run(["cc", *FLAGS, "-o", self.root + "/run", f"{folder}/{name}_test.c", f"{folder}/{name}.c", self.root + "/one.c",
                        "-Wl,--start-group", *libs, "-Wl,--end-group", "-lfdt", "-lcmocka", "-lm"], check=True)
        return subprocess.run([self.root + "/run"], capture_output=True, text=True)

    def test_table_of_an_svd_file(self):
        self.make(0, "acme", "extra", "--svd", SVD + ":EXTRA")
        source = self.text("acme/extra.c")
        self.assertIn('.name = "STATUS", .offset = 0x4, .reset = 0x11', " ".join(source.split()))
        self.assertIn('{ "READY", 3, 1, ZIF_RO }', source)
        self.assertTrue(self.text("list.h").endswith("ZIF_CLASS(zif__acme_extra)\n"))

    def test_what_it_writes_compiles_and_its_test_waits_for_behaviour(self):
        for words in (["--svd", SVD + ":EXTRA"], []):
            name = "with_table" if words else "without"
            self.make(0, "acme", name, *words)
            result = self.build_and_run("acme", name)
            said = result.stdout + result.stderr
            self.assertIn("[       OK ] registers_have_their_reset_values", said)
            self.assertIn("[  FAILED  ] it_does_what_the_manual_says", said)
            self.assertNotEqual(result.returncode, 0)

    def test_nothing_is_overwritten(self):
        self.make(0, "acme", "once")
        self.assertIn("is there already", self.make(1, "acme", "once"))
        self.assertEqual(self.text("list.h").count("zif__acme_once"), 1)

    def test_what_cannot_be_is_told(self):
        self.assertIn("small letters", self.make(1, "Acme", "x"))
        self.assertIn("has no peripheral NONE; it has EXTRA", self.make(1, "acme", "x", "--svd", SVD + ":NONE"))
        self.assertIn("is not FILE:PERIPHERAL", self.make(1, "acme", "x", "--svd", "EXTRA"))
        self.assertIn("No such file", self.make(1, "acme", "x", "--svd", "/nonexistent.svd:EXTRA"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
