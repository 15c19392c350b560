"""How one picture becomes another by mirroring and turning it."""

from dataclasses import dataclass
from typing import Self

from PIL import Image

_FULL_TURN = 360
_RIGHT_ANGLES: dict[tuple[bool, int], Image.Transpose | None] = {
    (False, 0): None,
    (False, 90): Image.Transpose.ROTATE_270,  # Pillow turns against the clock
    (False, 180): Image.Transpose.ROTATE_180,
    (False, 270): Image.Transpose.ROTATE_90,
    (True, 0): Image.Transpose.FLIP_LEFT_RIGHT,
    (True, 90): Image.Transpose.TRANSVERSE,
    (True, 180): Image.Transpose.FLIP_TOP_BOTTOM,
    (True, 270): Image.Transpose.TRANSPOSE,
}


@dataclass(frozen=True, slots=True, order=True)
class Transform:
    """Mirrored left to right first, if at all, then turned clockwise by 0 to 359 degrees.

    That is the order in which ExifTool words EXIF orientations. As text: identity, rotated 90,
    mirrored, mirrored rotated 90.
    """

    mirrored: bool = False
    degrees: int = 0

    def __str__(self) -> str:
        words = ["mirrored"] * self.mirrored + [f"rotated {self.degrees}"] * bool(self.degrees)
        return " ".join(words) or "identity"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The transform that is written so. Raises `ValueError` for anything else."""
        words = text.split()
        degrees = int(words[-1]) % _FULL_TURN if "rotated" in words else 0
        found = cls("mirrored" in words, degrees)
        if str(found) != text:
            raise ValueError(f"there is no transform {text!r}")
        return found

    @property
    def inverse(self) -> "Transform":
        """What takes it back."""
        # A mirroring before a turn is a mirroring on another axis: done twice, nothing is changed.
        return self if self.mirrored else Transform(degrees=-self.degrees % _FULL_TURN)

    def apply(self, image: Image.Image) -> Image.Image:
        """A new image; by other than right angles its canvas grows, and the corners are white."""
        if (self.mirrored, self.degrees) in _RIGHT_ANGLES:
            turn = _RIGHT_ANGLES[self.mirrored, self.degrees]
            return image.copy() if turn is None else image.transpose(turn)
        standing = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.mirrored else image
        return standing.rotate(
            -self.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white"
        )


IDENTITY = Transform()
TURNS = tuple(Transform(mirrored, degrees) for mirrored, degrees in _RIGHT_ANGLES)
"""The eight that keep a rectangle's sides upright, `IDENTITY` first."""
