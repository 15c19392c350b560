"""The object detector that the settings name, if its model is there."""

from pathlib import Path

from darkroom.errors import SettingsInvalid
from darkroom.file_digests import sha256_of
from darkroom.ports import ObjectDetector
from darkroom.settings import DetectorSettings
from resources.detectors.card_files import read_card
from resources.detectors.labels import COCO, check_labels_of_interest, read_labels


def detector(settings: DetectorSettings, *, default_model: Path) -> ObjectDetector | None:
    """A detector whose model has been loaded and checked once.

    None when detection is off, or no model is configured and none is at `default_model`. Raises
    `SettingsInvalid` for a configured model, card, label file, label or provider that cannot be
    used.
    """
    if not settings.enabled:
        return None
    model = Path(settings.model) if settings.model else default_model
    if not model.is_file():
        if settings.model is None:
            return None
        raise SettingsInvalid(
            f"detector.model: there is no file {model}; `darkroom models fetch` gets one"
        )
    # The runtime takes its time to load: only who has a model waits for it.
    from resources.detectors.onnx_detector import OnnxDetector

    card = read_card(model)
    labels = read_labels(settings.label_file) or card.labels or COCO
    check_labels_of_interest(settings.labels, labels)
    chosen = OnnxDetector(
        model=str(model),
        digest=_sha256(model),
        card=card,
        labels=labels,
        labels_of_interest=frozenset(settings.labels),
        min_score=settings.min_score,
        max_overlap=settings.max_overlap,
        batch_size=settings.batch_size,
        provider=settings.provider,
    )
    chosen.check()
    return chosen


def _sha256(model: Path) -> str:
    try:
        return sha256_of(model)
    except OSError as error:
        raise SettingsInvalid(f"detector.model: {model} cannot be read: {error}") from error
