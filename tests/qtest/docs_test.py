"""The examples of docs/qtest.md, as they stand there: docs_test.py PAGE. SPDX-License-Identifier: GPL-2.0-or-later"""
import os
import re
import subprocess
import sys
import unittest

ENV = dict(os.environ, PATH=os.path.dirname(os.environ["ZIF"]) + ":" + os.environ["PATH"])


class Examples(unittest.TestCase):
    with open(sys.argv[1], encoding="utf-8") as page:
        text = page.read()

    def blocks(self, language):
        return re.findall(rf"```{language}\n(.*?)```", self.text, re.S)

    def test_the_shell_lines_print_what_the_page_says(self):
        for line, text in zip(self.blocks("sh"), self.blocks("text"), strict=True):
            r = subprocess.run(["sh", "-c", line], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               check=True)
            self.assertEqual(r.stdout, text)

    def test_the_program_passes(self):
        r = subprocess.run([sys.executable, "-c", self.blocks("python")[0]], env=ENV, capture_output=True, text=True,
                           check=False)
        self.assertEqual((r.returncode, r.stderr), (0, ""))


unittest.main(argv=[sys.argv[0]], verbosity=2)
