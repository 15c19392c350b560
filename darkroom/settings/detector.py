"""The section `detector`."""

from pydantic import Field, PositiveInt

from darkroom.settings.section import Section, Share


class DetectorSettings(Section):
    """Finding vehicles or other objects."""

    enabled: bool = Field(True, description="Whether objects are looked for, given a model.")
    model: str | None = Field(
        None,
        description="Path of an ONNX file; what it takes and gives says the card beside it, see"
        " docs/recognition.md. Unset: <home>/models/yolox_nano.onnx if there.",
    )
    label_file: str | None = Field(
        None,
        description="One label per line, in the model's order. Unset: those of the model's card, or"
        " the 80 COCO labels.",
    )
    labels: list[str] = Field(
        ["bicycle", "car", "motorcycle", "bus", "train", "truck", "boat"],
        description="Labels of interest; empty: all.",
    )
    min_score: Share = Field(0.3, description="Objectness times class score.")
    max_overlap: Share = Field(
        0.45, description="Intersection over union above which one is dropped."
    )
    tiles: int = Field(
        1,
        ge=1,
        le=8,
        description="Overlapping tiles per side that are looked at beside the whole, for small and"
        " distant objects; 1: none. 2 costs 4 times as much, 3 costs 7 times; what they find"
        " stands in docs/recognition.md.",
    )
    provider: str = Field(
        "CPUExecutionProvider",
        description="What of onnxruntime runs the model, such as CUDAExecutionProvider on a GPU.",
    )
    batch_size: PositiveInt = Field(
        1,
        description="Images given to the model at once, where its file takes more than one. On a"
        " processor 8 at once cost a tenth more each than one by one; a GPU gains.",
    )
