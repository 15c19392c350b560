"""What a detector's weights do not say of themselves, and the card beside them says."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, TypeAdapter

PerChannel = tuple[float, float, float]
Spread = tuple[PositiveFloat, PositiveFloat, PositiveFloat]


class CardPart(BaseModel):
    """Unknown keys are errors: a misspelt one must not leave the model misread in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ImageInput(CardPart):
    """How a photo becomes the numbers that the model takes."""

    width: PositiveInt | None = None
    """Unset: the model's own, where its file says one. The same of the height."""
    height: PositiveInt | None = None
    channels: Literal["rgb", "bgr"] = "rgb"
    resize: Literal["stretch", "letterbox"] = "stretch"
    """letterbox keeps the proportions, puts the photo in the top left corner and fills the rest."""
    padding: int = Field(114, ge=0, le=255)
    """The gray level of that rest."""
    white: Literal[1, 255] = 1
    """What the highest level, 255, becomes before `mean` is taken off and `std` divides it."""
    mean: PerChannel = (0.0, 0.0, 0.0)
    """In the order of `channels`, as `std` is."""
    std: Spread = (1.0, 1.0, 1.0)


class YoloxInput(ImageInput):
    """As the published YOLOX models take it."""

    channels: Literal["rgb", "bgr"] = "bgr"
    resize: Literal["stretch", "letterbox"] = "letterbox"
    white: Literal[1, 255] = 255


class AnyCard(CardPart):
    """What the families have in common."""

    labels: tuple[str, ...] | None = None
    """In the model's order. Unset: the 80 of COCO."""


class YoloxCard(AnyCard):
    """One output of anchors: box, objectness and class scores, not yet decoded."""

    family: Literal["yolox"] = "yolox"
    input: YoloxInput = YoloxInput()


class ScoresOutputs(CardPart):
    labels: str = "labels"
    boxes: str = "boxes"
    scores: str = "scores"


class ScoresCard(AnyCard):
    """Finished boxes, each with a label's number and a score, as RT-DETR and D-FINE export them."""

    family: Literal["boxes_scores"]
    input: ImageInput = ImageInput()
    outputs: ScoresOutputs = ScoresOutputs()
    box_format: Literal["xyxy", "cxcywh"] = "xyxy"
    box_unit: Literal["pixels", "shares"] = "pixels"
    """pixels of the input, which a model that asks for `orig_target_sizes` is told; or shares of
    its width and height."""


class LogitsOutputs(CardPart):
    logits: str = "logits"
    boxes: str = "pred_boxes"


class LogitsCard(AnyCard):
    """Boxes with a logit per label, as Hugging Face exports the DETR models."""

    family: Literal["boxes_logits"]
    input: ImageInput = ImageInput()
    outputs: LogitsOutputs = LogitsOutputs()
    box_format: Literal["xyxy", "cxcywh"] = "cxcywh"
    box_unit: Literal["pixels", "shares"] = "shares"
    scores: Literal["sigmoid", "softmax"] = "sigmoid"
    """softmax: the last class is `no object`, as in the first DETR."""


Card = YoloxCard | ScoresCard | LogitsCard
BoxesCard = ScoresCard | LogitsCard

CARD: TypeAdapter[Card] = TypeAdapter(Annotated[Card, Field(discriminator="family")])
DEFAULT_CARD = YoloxCard()
