"""Near duplicates in words."""

from darkroom.imaging.ring_hashes import PATTERN_BITS
from darkroom.imaging.transforms import IDENTITY
from darkroom.rows import Neighbour


def named(near: Neighbour) -> str:
    """Which photo, and how it was changed if it was: `spring/0007-cd (mirrored)`."""
    return near.photo if near.transform == str(IDENTITY) else f"{near.photo} ({near.transform})"


def distances(near: Neighbour) -> str:
    """How far apart: `pHash 2 and dHash 5 of 64 bits apart`."""
    if near.ring_distance is not None:
        return f"rings {near.ring_distance} of {PATTERN_BITS} bits apart"
    return f"pHash {near.phash_distance} and dHash {near.dhash_distance} of 64 bits apart"
