"""The card beside a model's weights: `yolox_nano.card.yaml` beside `yolox_nano.onnx`."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from darkroom.errors import SettingsInvalid
from darkroom.recognition.model_card import CARD, DEFAULT_CARD, Card

WHERE = '"Model cards" in docs/recognition.md'


def card_path(model: Path) -> Path:
    """Where the card of a model stands, if it has one."""
    return model.with_suffix(".card.yaml")


def read_card(model: Path) -> Card:
    """The card of a model; without one it is taken to be YOLOX. Raises `SettingsInvalid`."""
    path = card_path(model)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DEFAULT_CARD
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"detector.model: the card {path} cannot be read: {error}") from error
    try:
        return CARD.validate_python(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise SettingsInvalid(
            f"detector.model: the card {path} is no YAML ({error}); correct it, see {WHERE}"
        ) from error
    except ValidationError as error:
        raise SettingsInvalid(
            f"detector.model: correct the card {path}, see {WHERE}: {_complaints(error)}"
        ) from error


def _complaints(error: ValidationError) -> str:
    return "; ".join(
        f"{_place(each['loc'])}{each['msg'][:1].lower()}{each['msg'][1:]}"
        for each in error.errors(include_url=False, include_input=False)
    )


def _place(loc: tuple[int | str, ...]) -> str:
    """Without the family, which pydantic puts first."""
    named = ".".join(str(part) for part in loc[1:])
    return f"{named}: " if named else ""
