"""What is asked for, by environment variables: `make bench ROUNDS=7 CAMERA=0`."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from benchmarks.side_by_side.roster import ORDER


class Options(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True)

    rounds: int = Field(5, ge=1)
    web: int = Field(1200, ge=0, description="Photos of 1600 x 1200; 0 leaves the set out.")
    camera: int = Field(200, ge=0, description="Photos of 12 MP.")
    pages: int = Field(200, ge=0, description="Photos of pages with text.")
    mixed: int = Field(300, ge=0, description="Six web, three pages, one camera in ten.")
    photos: Path | None = Field(None, description="A folder of JPEGs to take instead.")
    latency_ms: float = Field(20, ge=0, description="How late each answer of the server is.")
    contenders: Annotated[list[str], NoDecode] = Field(
        list(ORDER), description="Some of them, with commas between."
    )

    @classmethod
    def asked(cls) -> Self:
        """What the environment says; SystemExit where that cannot be."""
        try:
            return cls()
        except ValidationError as error:
            wrong = (f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
            raise SystemExit("\n".join(wrong)) from None

    @field_validator("contenders", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    def given(self) -> list[Path]:
        """The JPEGs of the folder that was named."""
        if self.photos is None:
            return []
        files = self.photos.expanduser().resolve().glob("*")
        return sorted(path for path in files if path.suffix.lower() in {".jpg", ".jpeg"})

    @property
    def drawn(self) -> dict[str, int]:
        """Photos of each set that is to be drawn: none where a folder was named."""
        if self.photos:
            return {}
        counts = {
            "web": self.web,
            "camera": self.camera,
            "pages": self.pages,
            "mixed": self.mixed,
        }
        return {kind: count for kind, count in counts.items() if count}
