"""Which files of a folder, archive or bucket are taken for photos."""

import fnmatch
import re
from collections.abc import Sequence

LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx", "icon\r", "$recycle.bin"})
"""Files and folders that systems leave behind, in lower case; the others are hidden anyway."""


class Selection:
    """Takes every path but hidden ones and litter, narrowed by patterns.

    A pattern without a slash is held against the file's name, one with a slash against its path
    inside the source. Upper and lower case are the same.
    """

    def __init__(self, include: Sequence[str]) -> None:
        patterns = [pattern.lower() for pattern in include]
        self._all = "*" in patterns
        self._names = _any_of([p for p in patterns if "/" not in p])
        self._paths = _any_of([p for p in patterns if "/" in p])

    def takes(self, path: str) -> bool:
        """`path` is relative, with slashes."""
        segments = path.lower().split("/")
        if any(is_unwanted(segment) for segment in segments):
            return False
        if self._all or self._names.match(segments[-1]):
            return True
        return self._paths.match(path.lower()) is not None


def is_unwanted(name: str) -> bool:
    """Hidden or litter. `.` and `..` are neither: they are judged where paths are."""
    return (name.startswith(".") and name not in (".", "..")) or name.lower() in LITTER


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(p) for p in patterns) or r"(?!)")
