"""Which names an object in a store may have: the same rule for a folder and for S3."""

MAX_NAME_BYTES = 800
"""S3 keys end at 1,024 bytes, and the store's own prefix needs room too."""
MAX_SEGMENT_BYTES = 255
"""Where most file systems end."""


def is_object_name(name: str) -> bool:
    """Whether `name` is a relative POSIX path of safe segments.

    A segment is not empty, does not start with a dot (so `..` and the folder store's unfinished
    files are out), and has no backslash, control character or lone surrogate.
    """
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return False
    return len(encoded) <= MAX_NAME_BYTES and all(map(_is_segment, name.split("/")))


def checked_name(name: str) -> str:
    """`name` itself; `ValueError` when it may not name an object, for whoever made it is wrong."""
    if not is_object_name(name):
        raise ValueError(f"{name!r} cannot name an object")
    return name


def checked_prefix(prefix: str) -> str:
    """`prefix` itself, when an object's name can start with it; else `ValueError`."""
    if not is_object_name(f"{prefix}x"):
        raise ValueError(f"no object's name starts with {prefix!r}")
    return prefix


def _is_segment(segment: str) -> bool:
    return (
        0 < len(segment.encode()) <= MAX_SEGMENT_BYTES
        and not segment.startswith(".")
        and not any(character == "\\" or is_control(character) for character in segment)
    )


def is_control(character: str) -> bool:
    """Whether `character` is one of the C0 and C1 control characters, or DEL."""
    return character < " " or "\x7f" <= character <= "\x9f"
