"""What photos are compared by look with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RingHash:
    """Gray levels along circles around a photo's middle, see `darkroom.imaging.ring_hashes`."""

    hash: int
    """64 bits that turning and mirroring leave as they are."""
    pattern: bytes
    """648 bits that turning shifts."""


@dataclass(frozen=True, slots=True)
class Look:
    phash: tuple[int, ...]
    """64 bits each, unsigned: of the photo turned by each of `darkroom.imaging.transforms.TURNS`.

    Only the first, as it stands, for a photo known since before the others were kept.
    """
    dhash: tuple[int, ...]
    rings: tuple[RingHash, ...] = ()
    """None for a photo with little to see around its middle, several for a square one."""
