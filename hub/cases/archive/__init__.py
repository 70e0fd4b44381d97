"""The archive: the package of a finished case, its file on the shelf, loans and destruction."""

from hub.cases.archive.package import (
    MEDIA_TYPE,
    PACKAGE,
    build,
    lay_down,
    line_of,
    package_of,
    package_row,
    reference,
)

__all__ = [
    "MEDIA_TYPE",
    "PACKAGE",
    "build",
    "lay_down",
    "line_of",
    "package_of",
    "package_row",
    "reference",
]
