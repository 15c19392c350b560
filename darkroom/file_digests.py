"""What a file is known by, whatever it is called."""

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Of a file of any size, in 64 hex digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
