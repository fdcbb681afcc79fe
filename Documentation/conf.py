# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration of the fwctl documentation outside the kernel tree.

KSRC names an unpacked kernel source, whose kernel-doc extension renders the
comments of headers and sources. Without it these pages point to the files.

GENERATED is the folder of the files that are generated before the pages are built.
"""
import os
import sys

from docutils import nodes
from docutils.parsers.rst import Directive

tree = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ksrc = os.environ.get("KSRC", "/usr/src/linux-source-7.3")

project = "fwctl"
author = "fwctl maintainers"
copyright = author
root_doc = "index"
extensions = []
html_theme = "alabaster"
html_theme_options = {"description": "RPCs to device firmware", "page_width": "60em"}
html_copy_source = False
highlight_language = "none"
exclude_patterns = []
nitpicky = False


class KernelDocPointer(Directive):
    """Replaces the directive of the kernel's extension where that is missing."""

    required_arguments = 1
    option_spec = dict.fromkeys(("doc", "export", "internal", "identifiers", "no-identifiers"), str)

    def run(self):
        text = "See the comments in " + self.arguments[0] + "."
        return [nodes.paragraph(text, text)]


class Generated(Directive):
    """Inserts the text of a file that is generated before the pages are built."""

    required_arguments = 1

    def run(self):
        path = os.path.join(os.environ["GENERATED"], self.arguments[0])
        self.state.document.settings.env.note_dependency(path)
        with open(path, encoding="utf-8") as file:
            self.state_machine.insert_input(file.read().splitlines(), path)
        return []


def setup(app):
    app.add_directive("generated", Generated)
    if "kerneldoc" not in extensions:
        app.add_directive("kernel-doc", KernelDocPointer)


if os.path.exists(os.path.join(ksrc, "tools/lib/python/kdoc")):
    os.environ["srctree"] = ksrc
    sys.path.insert(0, os.path.join(ksrc, "Documentation/sphinx"))
    extensions.append("kerneldoc")
    kerneldoc_srctree = tree
