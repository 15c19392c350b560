import json
from datetime import datetime

from darkroom.outcomes import Failure, Outcome, Reason
from darkroom.reports.joining import Stages, join
from darkroom.results import (
    AnalysisResult,
    FoundObject,
    PhotoResult,
    RenditionResult,
    StageFailure,
    Verdict,
)
from darkroom.rows import (
    AnalysisRow,
    Check,
    Code,
    CodeRow,
    CropQuality,
    DeliveryRow,
    Detection,
    DetectionRow,
    DuplicateRow,
    Entry,
    HashRow,
    Neighbour,
    PhotoRow,
    RecordRow,
    RenditionRow,
    TextRow,
    UniqueIdCandidate,
    ValidationRow,
    Word,
)

ENTRY = Entry(
    photo_id="0001-ab",
    uri="http://photos.test/lake.jpg",
    filename="lake.jpg",
    identity="http://photos.test/lake.jpg",
    extra_json=json.dumps({"sender": "Ada"}),
)
TIMEOUT = Failure(error_type="Timeout", message="no answer in 20 s", attempts=4, retryable=True)


def photo(outcome: Outcome = Outcome.DONE, failure: Failure | None = None) -> PhotoRow:
    return PhotoRow(
        photo_id=ENTRY.photo_id,
        outcome=outcome,
        failure=failure,
        inputs="i",
        uri=ENTRY.uri,
        filename=ENTRY.filename,
    )


def validation(outcome: Outcome = Outcome.DONE) -> ValidationRow:
    return ValidationRow(photo_id=ENTRY.photo_id, outcome=outcome, inputs="i")


def delivery(outcome: Outcome = Outcome.DONE) -> DeliveryRow:
    return DeliveryRow(photo_id=ENTRY.photo_id, outcome=outcome, inputs="i")


def outcome_of(stages: Stages) -> str:
    [result] = join("b1", [ENTRY], stages)
    return result.outcome


def test_every_column_of_every_stage_reaches_the_result() -> None:
    """What the stages know of a photo stands in its result, nothing lost or renamed."""
    row = {"photo_id": ENTRY.photo_id, "outcome": Outcome.DONE, "inputs": "i"}
    neighbour = Neighbour(photo="b0/0007-cd", phash_distance=2, dhash_distance=3)
    word = Word(text="Hello", confidence=0.9, box=[1, 2, 3, 4])
    code = Code(symbology="QRCode", text="DR-1", polygon=[[0, 0], [1, 0], [1, 1], [0, 1]])
    candidate = UniqueIdCandidate(id="DR-1", pattern="p", source="code", symbology="QRCode")
    quality = CropQuality(sharpness=20.0, brightest=0.9, darkest=0.1, contrast=0.7)
    detection = Detection(label="boat", score=0.8, box=[5, 6, 7, 8], quality=quality)
    found = FoundObject(label="boat", score=0.8, box=[5, 6, 7, 8], quality=quality)
    stages = Stages(
        photos={
            ENTRY.photo_id: PhotoRow(
                **row,
                uri=ENTRY.uri,
                filename=ENTRY.filename,
                sha256="aa",
                bytes=10,
                format="JPEG",
                width=4,
                height=3,
                orientation=6,
                taken_at=datetime(2024, 5, 18, 5, 42),  # noqa: DTZ001 - cameras often know no zone
                camera="Darkroom Sample One",
                latitude=46.5,
                longitude=8.6,
            )
        },
        validations={
            ENTRY.photo_id: ValidationRow(
                **row,
                checks=[
                    Check(name="blurry", value=3.0, threshold=15.0, verdict="warn"),
                    Check(
                        name="format", value_text="JPEG", threshold_text="JPEG PNG", verdict="pass"
                    ),
                ],
                warnings=[Reason.BLURRY],
                detail="plain",
            )
        },
        hashes={ENTRY.photo_id: HashRow(**row, sha256="aa", phash="0f" * 8, dhash="f0" * 8)},
        renditions={
            ENTRY.photo_id: RenditionRow(
                **row, sha256="bb", format="PNG", width=4, height=3, bytes=90
            )
        },
        texts={ENTRY.photo_id: TextRow(**row, text="Hello", confidence=0.9, words=[word])},
        codes={
            ENTRY.photo_id: CodeRow(
                **row,
                codes=[code],
                unique_id="DR-1",
                unique_id_source="code",
                unique_id_candidates=[candidate],
            )
        },
        detections={ENTRY.photo_id: DetectionRow(**row, detections=[detection])},
        analyses={
            ENTRY.photo_id: AnalysisRow(
                **row,
                schema_name="photo",
                model="google:gemini",
                answer_json='{"caption":"A lake"}',
                requests=2,
                input_tokens=300,
                output_tokens=20,
                cost_usd=0.001,
            )
        },
        duplicates={
            ENTRY.photo_id: DuplicateRow(
                **row, duplicate_of="b0/0001-aa", near_duplicates=[neighbour]
            )
        },
        deliveries={ENTRY.photo_id: DeliveryRow(**row, delivered_uri="file:///out/bb.png")},
    )

    assert join("b1", [ENTRY], stages) == [
        PhotoResult(
            batch="b1",
            photo_id=ENTRY.photo_id,
            filename="lake.jpg",
            uri=ENTRY.uri,
            outcome="done",
            sha256="aa",
            bytes=10,
            format="JPEG",
            width=4,
            height=3,
            orientation=6,
            taken_at=datetime(2024, 5, 18, 5, 42),  # noqa: DTZ001 - as above
            camera="Darkroom Sample One",
            latitude=46.5,
            longitude=8.6,
            checks={
                "blurry": Verdict(value=3.0, threshold=15.0, verdict="warn"),
                "format": Verdict(value="JPEG", threshold="JPEG PNG", verdict="pass"),
            },
            reasons=[],
            warnings=["blurry"],
            detail="plain",
            phash="0f" * 8,
            dhash="f0" * 8,
            duplicate_of="b0/0001-aa",
            near_duplicates=[neighbour],
            rendition=RenditionResult(sha256="bb", format="PNG", width=4, height=3, bytes=90),
            text="Hello",
            text_confidence=0.9,
            words=[word],
            codes=[code],
            unique_id="DR-1",
            unique_id_source="code",
            unique_id_candidates=[candidate],
            detections=[found],
            analysis=AnalysisResult(
                schema_name="photo",
                model="google:gemini",
                answer={"caption": "A lake"},
                left_out=None,
                requests=2,
                input_tokens=300,
                output_tokens=20,
                cost_usd=0.001,
                from_cache=False,
            ),
            delivered_uri="file:///out/bb.png",
            failures=[],
            extra={"sender": "Ada"},
        )
    ]


def test_a_photo_that_no_stage_knows_is_pending() -> None:
    """An entry of the manifest has a result before any stage has run."""
    assert join("b1", [ENTRY], Stages()) == [
        PhotoResult(
            batch="b1",
            photo_id=ENTRY.photo_id,
            filename="lake.jpg",
            uri=ENTRY.uri,
            outcome="pending",
            extra={"sender": "Ada"},
        )
    ]


def test_a_failure_outranks_a_rejection() -> None:
    """A photo is failed when any stage failed for it, whatever else was found."""
    rejected_and_failed = Stages(
        photos={ENTRY.photo_id: photo()},
        validations={ENTRY.photo_id: validation(Outcome.REJECTED)},
        deliveries={
            ENTRY.photo_id: DeliveryRow(
                photo_id=ENTRY.photo_id, outcome=Outcome.FAILED, failure=TIMEOUT, inputs="i"
            )
        },
    )
    assert outcome_of(rejected_and_failed) == "failed"


def test_a_rejection_needs_no_further_stage() -> None:
    """A rejected photo is rejected at once, also while its batch is on its way."""
    stages = Stages(
        photos={ENTRY.photo_id: photo()},
        validations={ENTRY.photo_id: validation(Outcome.REJECTED)},
    )
    assert outcome_of(stages) == "rejected"


def test_done_needs_a_delivery_and_a_row_in_every_stage_made() -> None:
    """Until then a sound photo is pending."""
    ingested = {
        "photos": {ENTRY.photo_id: photo()},
        "validations": {ENTRY.photo_id: validation()},
    }
    delivered = {"deliveries": {ENTRY.photo_id: delivery(Outcome.SKIPPED)}}
    others = {"other": TextRow(photo_id="other", outcome=Outcome.DONE, inputs="i")}

    assert outcome_of(Stages(**ingested)) == "pending"  # type: ignore[arg-type]  # mixed mappings
    assert outcome_of(Stages(**ingested, **delivered)) == "done"  # type: ignore[arg-type]  # same
    assert outcome_of(Stages(**ingested, **delivered, texts={})) == "done"  # type: ignore[arg-type]  # same
    assert outcome_of(Stages(**ingested, **delivered, texts=others)) == "pending"  # type: ignore[arg-type]  # same


def test_failures_are_told_in_the_order_of_the_stages() -> None:
    """Each stage that failed for a photo is named, the earliest first."""
    lost = Failure(error_type="RecordsUnavailable", message="no answer", retryable=True)
    stages = Stages(
        records={
            ENTRY.photo_id: RecordRow(
                photo_id=ENTRY.photo_id, outcome=Outcome.FAILED, failure=lost, inputs="i"
            )
        },
        photos={ENTRY.photo_id: photo(Outcome.FAILED, TIMEOUT)},
    )
    [result] = join("b1", [ENTRY], stages)

    assert result.failures == [
        StageFailure(
            stage="photos",
            error_type="Timeout",
            message="no answer in 20 s",
            attempts=4,
            retryable=True,
        ),
        StageFailure(
            stage="records",
            error_type="RecordsUnavailable",
            message="no answer",
            attempts=1,
            retryable=True,
        ),
    ]


def test_results_keep_the_order_of_the_manifest() -> None:
    """Whatever order the stages' tables have."""
    entries = [ENTRY.model_copy(update={"photo_id": name}) for name in ("c", "a", "b")]

    assert [result.photo_id for result in join("b1", entries, Stages())] == ["c", "a", "b"]
