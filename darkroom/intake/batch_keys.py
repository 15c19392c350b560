"""Names of batches: readable, safe in paths, and the same for the same photos of the same owner."""

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterable

_SLUG_LENGTH = 60
_DIGEST_LENGTH = 12
_DASHES = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """Lower-case ASCII letters, digits and single dashes; `photos` when nothing else is left."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _DASHES.sub("-", ascii_name).strip("-")[:_SLUG_LENGTH].rstrip("-") or "photos"


def import_key(name: str, owner: str, contents: Iterable[str], nonce: str = "") -> str:
    """The key of an import's only batch, and what the keys of several start with.

    The same source of the same owner gives the same key as long as its contents are the same, in
    the same order; another `nonce` gives another one.
    """
    digest = hashlib.sha256()
    for part in itertools.chain((owner, nonce), contents):
        # Length before text: no two lists of parts run together into the same bytes.
        data = part.encode()
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return f"{slug(name)}-{digest.hexdigest()[:_DIGEST_LENGTH]}"


def batch_keys(import_key: str, count: int) -> list[str]:
    """One key per batch, in order; numbered, and sorting as numbered, when there are several."""
    if count == 1:
        return [import_key]
    width = max(3, len(str(count)))
    return [f"{import_key}-{number:0{width}}" for number in range(1, count + 1)]
