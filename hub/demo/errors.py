"""What can go wrong in the demo, by what a person looks at next.

DemoFailed
├── ChildFailed     a program: its log
├── TouchFailed     the kiosk's screen
├── OfficerFailed   a page of the hub, or its refusal
├── PaperMissing    a paper or file that should have been left
└── FolderTaken     the folder named with --data
"""

from __future__ import annotations


class DemoFailed(Exception):
    """Something fell short; the text names it."""


class ChildFailed(DemoFailed):
    """A program ended or stayed silent; the text names it and shows its last lines."""


class TouchFailed(DemoFailed):
    """The screen did not come to where the touch should have brought it; the text says where."""


class OfficerFailed(DemoFailed):
    """The hub refused, or the page has not what was looked for; the text says which."""


class PaperMissing(DemoFailed):
    """A paper or file is not there or not what it should be; the text names it."""


class FolderTaken(DemoFailed):
    """The folder for the practice office holds something else; the text says what to do."""
