"""Results of photos that nobody took, about as much of each as of real ones."""

import random
from datetime import UTC, datetime

from darkroom.results import (
    AnalysisResult,
    FoundObject,
    PhotoResult,
    RenditionResult,
    StageFailure,
    Verdict,
)
from darkroom.rows import Code, CropQuality, Neighbour, UniqueIdCandidate, Word

_THRESHOLDS = {
    "width": 200,
    "height": 200,
    "megapixels": 100,
    "aspect_ratio": 0.2,
    "animated": 1,
    "blurry": 15,
    "dark": 0.2,
    "bright": 0.8,
    "low_contrast": 0.1,
    "low_information": 3,
    "grayscale": 2,
    "bytes": 1000,
}
_WARNINGS = ("blurry", "dark", "grayscale")
_SYLLABLES = ("par", "king", "no", "en", "try", "street", "24", "sale", "open", "bus")


class MadeUp:
    """Photos of no sender, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same photos each time

    def results(self, batch: str, count: int) -> list[PhotoResult]:
        return [self._result(batch, number) for number in range(count)]

    def _result(self, batch: str, number: int) -> PhotoResult:
        chance = self._random
        width, height = chance.choice(((4032, 3024), (3024, 4032), (1600, 1200), (6000, 4000)))
        words = [self._word() for _ in range(chance.randint(2, 40) if self._in(0.3) else 0)]
        warnings = [name for name in _WARNINGS if self._in(0.1)]
        rejected = self._in(0.1)
        sha256 = f"{chance.getrandbits(256):064x}"
        codes, candidates = self._codes()
        return PhotoResult(
            batch=batch,
            photo_id=f"{number:04}-{chance.getrandbits(32):08x}",
            filename=f"IMG_{number:05}.jpg",
            uri=f"https://photos.example/{batch}/IMG_{number:05}.jpg",
            outcome="rejected" if rejected else "done",
            sha256=sha256,
            bytes=chance.randint(200_000, 6_000_000),
            format="JPEG",
            width=width,
            height=height,
            orientation=1,
            taken_at=datetime.fromtimestamp(chance.randint(1_500_000_000, 1_700_000_000), UTC),
            camera="Camera 12 Pro",
            latitude=round(chance.uniform(-60, 60), 6),
            longitude=round(chance.uniform(-180, 180), 6),
            checks=self._checks(warnings),
            reasons=["width"] if rejected else [],
            warnings=warnings,
            phash=f"{chance.getrandbits(64):016x}",
            dhash=f"{chance.getrandbits(64):016x}",
            near_duplicates=[
                Neighbour(photo=f"earlier/{near:04}", phash_distance=near, dhash_distance=5)
                for near in range(3 if self._in(0.05) else 0)
            ],
            rendition=RenditionResult(
                sha256=sha256[::-1], format="PNG", width=1024, height=768, bytes=900_000
            ),
            text=" ".join(word.text for word in words),
            text_confidence=0.9 if words else None,
            words=words,
            codes=codes,
            unique_id_candidates=candidates,
            detections=[
                self._object() for _ in range(chance.randint(1, 5) if self._in(0.5) else 0)
            ],
            analysis=self._analysis() if self._in(0.3) else None,
            delivered_uri=f"s3://delivered/accepted/{sha256}.png",
            failures=[
                StageFailure(
                    stage="texts", error_type="Timeout", message="m", attempts=2, retryable=True
                )
            ]
            if self._in(0.01)
            else [],
            extra={"site": "north", "reference": str(number)},
        )

    def _in(self, share: float) -> bool:
        return self._random.random() < share

    def _checks(self, warnings: list[str]) -> dict[str, Verdict]:
        said = {
            "readable": Verdict(value="readable", threshold=None, verdict="pass"),
            "format": Verdict(value="JPEG", threshold="JPEG PNG WEBP", verdict="pass"),
            "extension": Verdict(value="jpg", threshold="JPEG", verdict="pass"),
        }
        measured = {
            name: Verdict(
                value=round(self._random.uniform(0, 2 * threshold), 4),
                threshold=threshold,
                verdict="warn" if name in warnings else "pass",
            )
            for name, threshold in _THRESHOLDS.items()
        }
        return said | measured

    def _word(self) -> Word:
        text = "".join(self._random.choices(_SYLLABLES, k=2))
        return Word(text=text, confidence=round(self._random.random(), 3), box=self._box())

    def _box(self) -> list[float]:
        return [round(self._random.uniform(0, 1024), 1) for _ in range(4)]

    def _codes(self) -> tuple[list[Code], list[UniqueIdCandidate]]:
        if not self._in(0.15):
            return [], []
        text = f"https://parcels.example/{self._random.getrandbits(40)}"
        polygon = [self._box()[:2] for _ in range(4)]
        return (
            [Code(symbology="QRCode", text=text, polygon=polygon)],
            [UniqueIdCandidate(id=text[-8:], pattern="parcel", source="code", polygon=polygon)],
        )

    def _object(self) -> FoundObject:
        measured = CropQuality(sharpness=99.5, brightest=0.9, darkest=0.1, contrast=0.75)
        label = self._random.choice(("car", "bus", "truck", "person"))
        score = round(self._random.random(), 3)
        return FoundObject(label=label, score=score, box=self._box(), quality=measured)

    def _analysis(self) -> AnalysisResult:
        return AnalysisResult(
            schema_name="photo",
            model="google:gemini",
            answer={"caption": "A street with parked cars. " * 4, "tags": list(_SYLLABLES)},
            left_out=None,
            requests=1,
            input_tokens=1_300,
            output_tokens=120,
            cost_usd=0.0005,
            from_cache=False,
        )
