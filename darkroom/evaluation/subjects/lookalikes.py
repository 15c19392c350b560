"""Evaluation of finding look-alikes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

from darkroom.evaluation.corpus import KnownPhoto
from darkroom.evaluation.lookalikes import Pair, picture, score_pairs
from darkroom.evaluation.subjects.subject import AS_SET, PLAIN, Row, by_kind
from darkroom.imaging.perceptual_hashes import MIN_DETAIL, PerceptualHashes, perceptual_hashes
from darkroom.imaging.renditions import reduced_rgb
from darkroom.ports import KnownHashes
from darkroom.recognition.candidates import Wanted, candidates
from darkroom.recognition.likeness import likeness
from darkroom.recognition.looks import Look
from darkroom.settings import DuplicateSettings

_FOLDERS = ("neardup", "photos")
ALL = "all"


class LookAlikes:
    """In `neardup/` and `photos/` it is known which photos show one picture.

    The plain way compares pHash and dHash of photos as they stand, blank ones too.
    """

    name = "lookalikes"

    def __init__(
        self,
        corpus: Sequence[KnownPhoto],
        *,
        plain: bool,
        settings: DuplicateSettings,
        long_edge_px: int,
    ) -> None:
        self.engine = (
            f"pHash within {settings.phash_radius} and dHash within {settings.dhash_radius} of 64"
            f" bits, or rings within {settings.ring_radius} of 648"
        )
        self.photos = by_kind(corpus, lambda photo: ALL if photo.folder in _FOLDERS else None)
        self._settings = settings
        self._long_edge_px = long_edge_px
        self._pictures: dict[str, str | None] = {}
        self._looks: dict[str, dict[str, Look]] = {
            way: {} for way in ((PLAIN, AS_SET) if plain else (AS_SET,))
        }

    def look(self, kind: str, photo: KnownPhoto) -> None:  # noqa: ARG002 - part of the protocol
        pixels, _ = reduced_rgb(photo.file, long_edge_px=self._long_edge_px)
        hashes = perceptual_hashes(Image.fromarray(pixels))
        self._pictures[photo.name] = picture(photo.answers)
        if PLAIN in self._looks:
            self._looks[PLAIN][photo.name] = _as_it_stands(hashes)
        if hashes.detail >= MIN_DETAIL:
            self._looks[AS_SET][photo.name] = _turned(hashes)

    def rows(self) -> list[Row]:
        """By picture, then all together with the pairs that nobody has labelled."""
        return [row for way, looks in self._looks.items() for row in self._of_way(way, looks)]

    def _of_way(self, way: str, looks: Mapping[str, Look]) -> Iterator[Row]:
        transforms = dict(self._found(looks))
        score = score_pairs(self._pictures, transforms)
        sizes = Counter(self._pictures.values())
        for name, labelled in score.labelled.items():
            yield Row(name, way, sizes[name], {"pairs": labelled, "found": score.found[name]})
        figures = {
            "pairs": sum(score.labelled.values()),
            "found": sum(score.found.values()),
            "others": len(score.others),
        }
        remarks = [f"{one} and {other}: {transforms[one, other]}" for one, other in score.others]
        yield Row(ALL, way, len(self._pictures), figures, remarks)

    def _found(self, looks: Mapping[str, Look]) -> Iterator[tuple[Pair, str]]:
        """Pairs that look alike and what makes the second of the first, as a stage finds them."""
        names = list(looks)
        wanted = [
            Wanted(look, before=place, same=set()) for place, look in enumerate(looks.values())
        ]
        known = [_hashes(list(looks.values()))]
        close = candidates(wanted, known, self._settings)
        for (name, look), others in zip(looks.items(), close, strict=True):
            for other in sorted(others):
                alike = likeness(looks[names[other]], look, self._settings)
                if alike is not None:
                    yield (names[other], name), str(alike.transform)


def _hashes(looks: Sequence[Look]) -> KnownHashes:
    rings = [(place, ring.hash) for place, look in enumerate(looks) for ring in look.rings]
    return KnownHashes(
        order=np.arange(len(looks), dtype=np.int64),
        phash=np.array([look.phash[0] for look in looks], dtype=np.uint64),
        dhash=np.array([look.dhash[0] for look in looks], dtype=np.uint64),
        ring_order=np.array([place for place, _ in rings], dtype=np.int64),
        ring_hash=np.array([bits for _, bits in rings], dtype=np.uint64),
    )


def _as_it_stands(hashes: PerceptualHashes) -> Look:
    return Look((int(hashes.phash, 16),), (int(hashes.dhash, 16),))


def _turned(hashes: PerceptualHashes) -> Look:
    return Look(
        tuple(int(each, 16) for each in (hashes.phash, *(one.phash for one in hashes.turned))),
        tuple(int(each, 16) for each in (hashes.dhash, *(one.dhash for one in hashes.turned))),
        tuple(hashes.rings),
    )
