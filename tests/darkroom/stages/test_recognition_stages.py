"""Which photos are read, looked through and looked at, and when again."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from darkroom.outcomes import Failure, Outcome
from darkroom.ports import GrayImage, Reading, RgbImage
from darkroom.recognition.detecting import Tiling
from darkroom.rows import CodeRow, Detection, DetectionRow, PhotoRow, Row, TextRow, Word
from darkroom.settings import CodeSettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, Accepted, by_photo
from darkroom.stages.recognition_stages import codes_stage, detections_stage, texts_stage
from darkroom.stages.stage import Stage, run_stage
from darkroom.storage.blobs import blob_name
from darkroom.work.progress import Meter, StageProgress
from darkroom.work.workers import Workers
from resources.stores.folder import FolderStore


class Here:
    """Workers that are no other processes."""

    def call(self, function: Callable[..., Any], /, *args: object) -> object:
        return function(*args)


R = TypeVar("R", bound=Row)

HERE = cast("Workers", Here())
WHOLE = Tiling(1, 0.45)


@dataclass
class OneWord:
    """A `TextReader` that reads one word in every image."""

    version: str = "one word 1"
    enough_words: int = 3
    page_scale: float | None = None
    needs_letters_apart: bool = False
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def line_heights(self, image: GrayImage) -> None:
        pass

    def read(self, image: GrayImage) -> Reading:
        self.shapes.append(image.shape)
        word = Word(text="word", confidence=0.9, box=[1, 2, 3, 4])
        return Reading(text="word", confidence=0.9, words=[word])


@dataclass
class OneCar:
    """An `ObjectDetector` that sees one car in every image."""

    version: str = "one car 1"
    input_px: int = 416
    batch_size: int = 1
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def detect(self, images: Sequence[RgbImage]) -> list[list[Detection]]:
        self.shapes.extend(image.shape for image in images)
        return [[Detection(label="car", score=0.9, box=[1, 2, 3, 4])] for _ in images]


@dataclass
class Batch:
    """One accepted photo, with a QR code on its original, and one that is not accepted."""

    store: FolderStore
    photo: Accepted

    @property
    def photos(self) -> dict[str, Accepted | None]:
        return {"car": self.photo, "blurry": None}


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    store = FolderStore(tmp_path / "store")
    barcode = zxingcpp.create_barcode("DR-7", zxingcpp.BarcodeFormat.QRCode)
    code = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=4)))
    original = Image.new("L", (200, 160), 255)
    original.paste(code, (20, 20))

    def kept(image: Image.Image) -> str:
        path = tmp_path / "image.png"
        image.save(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        store.add(blob_name(sha256), path)
        return sha256

    row = PhotoRow(
        photo_id="car", outcome=Outcome.DONE, inputs="i", uri="u", filename="f", width=200
    )
    rendition = original.resize((100, 80)).convert("RGB")
    return Batch(store, Accepted(row, kept(original), kept(rendition), scale=2.0))


def run(stage: Stage[Accepted, R]) -> list[R]:
    start = StageProgress(batch="b1", stage=stage.name, total=2)
    meter = Meter(start, board=lambda _: None, log=lambda _: None)
    return run_stage(stage, previous={}, meter=meter, threads=2)


def codes(batch: Batch, text: str | None = None, **settings: object) -> Stage[Accepted, CodeRow]:
    texts = [TextRow(photo_id="car", outcome=Outcome.DONE, inputs="i", text=text)]
    return codes_stage(
        batch.photos,
        by_photo(texts),
        settings=CodeSettings.model_validate(settings),
        store=batch.store,
        workers=HERE,
    )


def inputs(stage: Stage[Accepted, R]) -> str:
    need = stage.needs[0]
    assert need.work is not None
    return need.inputs


def test_the_text_of_an_accepted_photo_is_read_from_its_original(batch: Batch) -> None:
    """Boxes are in pixels of the original; the other photo is skipped."""
    reader = OneWord()
    car, blurry = run(texts_stage(batch.photos, reader=reader, store=batch.store, workers=HERE))

    assert car == TextRow(
        photo_id="car",
        outcome=Outcome.DONE,
        inputs=car.inputs,
        seconds=car.seconds,
        text="word",
        confidence=0.9,
        words=[Word(text="word", confidence=0.9, box=[0.5, 1, 1.5, 2])],
    )
    assert blurry == TextRow(photo_id="blurry", outcome=Outcome.SKIPPED, inputs=SKIPPED_INPUTS)
    assert reader.shapes[0] == (320, 400)


def test_objects_are_looked_for_on_the_rendition(batch: Batch) -> None:
    """Boxes are in pixels of the original; the other photo is skipped."""
    detector = OneCar()
    car, blurry = run(
        detections_stage(
            batch.photos, detector=detector, tiling=WHOLE, store=batch.store, workers=HERE
        )
    )

    assert car.detections == [Detection(label="car", score=0.9, box=[2, 4, 6, 8])]
    assert blurry.outcome is Outcome.SKIPPED
    assert detector.shapes == [(80, 100, 3)]


def test_tiles_are_of_the_original(batch: Batch) -> None:
    """Beside the rendition. Rows are made from their number too, and from how they merge."""
    detector = OneCar(input_px=100)

    def with_tiles(tiling: Tiling) -> Stage[Any, DetectionRow]:
        return detections_stage(
            batch.photos, detector=detector, tiling=tiling, store=batch.store, workers=HERE
        )

    run(with_tiles(Tiling(2, 0.45)))

    assert detector.shapes == [(80, 100, 3), *[(89, 111, 3)] * 4]
    assert (
        len({inputs(with_tiles(Tiling(*each))) for each in ((1, 0.45), (2, 0.45), (2, 0.5))}) == 3
    )


@pytest.mark.parametrize(("tiles", "photos_at_once"), [(1, 12), (2, 2), (3, 1)])
def test_as_many_photos_are_looked_at_at_once_as_have_room(
    batch: Batch, tiles: int, photos_at_once: int
) -> None:
    """Their tiles count."""
    detector = OneCar(batch_size=12)
    stage = detections_stage(
        batch.photos, detector=detector, tiling=Tiling(tiles, 0.45), store=batch.store, workers=HERE
    )

    assert stage.together is not None
    assert stage.together.photos == photos_at_once


def test_codes_are_looked_for_on_the_original(batch: Batch) -> None:
    """Text and place of each; no unique ID without a pattern."""
    car, blurry = run(codes(batch))

    [code] = car.codes
    assert (code.symbology, code.text) == ("QRCode", "DR-7")
    assert (car.unique_id, car.unique_id_source) == (None, None)
    assert blurry.outcome is Outcome.SKIPPED


def test_a_unique_id_is_taken_from_codes_and_text(batch: Batch) -> None:
    """One that both show is one, found in the code first."""
    [both, _] = run(codes(batch, "see DR-7", unique_ids=[{"pattern": r"DR-\d"}]))
    [from_text, _] = run(codes(batch, "parcel 42", unique_ids=[{"pattern": r"parcel (\d+)"}]))

    assert (both.unique_id, both.unique_id_source) == ("DR-7", "code")
    assert [each.source for each in both.unique_id_candidates] == ["code", "text"]
    assert (from_text.unique_id, from_text.unique_id_source) == ("42", "text")


def test_unique_ids_that_disagree_are_told_and_none_is_taken(batch: Batch) -> None:
    """The photo is done: nothing of it is in doubt but which ID is meant."""
    [car, _] = run(codes(batch, "DR-8", unique_ids=[{"pattern": r"DR-\d"}]))

    assert (car.outcome, car.unique_id, car.unique_id_source) == (Outcome.DONE, None, None)
    assert [each.id for each in car.unique_id_candidates] == ["DR-7", "DR-8"]


def test_codes_depend_on_text_only_where_it_is_searched(batch: Batch) -> None:
    """Text that is read again does not have every code read again."""
    patterns = [{"pattern": r"DR-\d"}]

    assert inputs(codes(batch, "a")) == inputs(codes(batch, "b"))
    assert inputs(codes(batch, "a", unique_ids=patterns)) != inputs(
        codes(batch, "b", unique_ids=patterns)
    )


def test_a_stage_that_is_off_skips_every_photo(batch: Batch) -> None:
    """No reader, no detector, or codes switched off."""
    store = batch.store
    off = [
        *run(texts_stage(batch.photos, reader=None, store=store, workers=HERE)),
        *run(
            detections_stage(batch.photos, detector=None, tiling=WHOLE, store=store, workers=HERE)
        ),
        *run(codes(batch, enabled=False)),
    ]

    assert {(row.outcome, row.inputs) for row in off} == {(Outcome.SKIPPED, SKIPPED_INPUTS)}


def test_a_photo_is_read_again_when_engine_or_picture_change(batch: Batch) -> None:
    """And not otherwise."""

    def made_from(photo: Accepted, version: str) -> str:
        reader = OneWord(version)
        return inputs(texts_stage({"car": photo}, reader=reader, store=batch.store, workers=HERE))

    same = made_from(batch.photo, "one word 1")
    renamed = Accepted(
        batch.photo.photo.model_copy(update={"filename": "other.jpg"}),
        batch.photo.original_sha256,
        batch.photo.rendition_sha256,
        batch.photo.scale,
    )
    other = Accepted(batch.photo.photo, "ab", "cd", scale=2.0)

    assert made_from(batch.photo, "one word 1") == same
    assert made_from(renamed, "one word 1") == same
    assert made_from(batch.photo, "one word 2") != same
    assert made_from(other, "one word 1") != same


def test_settings_of_codes_are_part_of_what_codes_are_made_from(batch: Batch) -> None:
    """Other symbologies, another pattern: codes are looked for again."""
    found = {
        inputs(codes(batch)),
        inputs(codes(batch, symbologies=["QRCode"])),
        inputs(codes(batch, unique_ids=[{"pattern": "x"}])),
    }
    assert len(found) == 3


def test_a_picture_that_the_store_lost_is_its_photos_failure(batch: Batch) -> None:
    """The stage goes on."""
    name = blob_name(batch.photo.original_sha256)
    batch.store.delete(name)

    car, _ = run(texts_stage(batch.photos, reader=OneWord(), store=batch.store, workers=HERE))

    assert car.failure == Failure(
        error_type="ObjectMissing",
        message=f"the store has no object named {name}",
        retryable=False,
    )
