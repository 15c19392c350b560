"""A photo in words."""

from darkroom.reports.photo_facts import check_rows, failure_rows, photo_facts
from darkroom.results import (
    AnalysisResult,
    FoundObject,
    PhotoResult,
    RenditionResult,
    StageFailure,
    Verdict,
)
from darkroom.rows import Code, CropQuality, Neighbour, UniqueIdCandidate, Word

RESULT = PhotoResult(
    batch="a",
    photo_id="1",
    filename="x\x1b[2J.jpg",
    uri="file:///x.jpg",
    outcome="failed",
    width=640,
    checks={
        "bytes": Verdict(value=55260.0, threshold=2.0**28, verdict="pass"),
        "blurry": Verdict(value=7.25, threshold=12.0, verdict="reject"),
        "format": Verdict(value="JPEG", threshold=None, verdict="pass"),
    },
    reasons=["blurry"],
    warnings=["dark"],
    near_duplicates=[
        Neighbour(photo="b/2", transform="mirrored", phash_distance=1, dhash_distance=2)
    ],
    rendition=RenditionResult(sha256="cd", format="PNG", width=640, height=480, bytes=9),
    text="",
    codes=[Code(symbology="QRCode", text="id=7", polygon=[])],
    unique_id_candidates=[
        UniqueIdCandidate(id="7", pattern="id", source="code", symbology="QRCode"),
        UniqueIdCandidate(id="8", pattern="id", source="text"),
    ],
    words=[Word(text="B 7", confidence=0.9, box=[])],
    detections=[
        FoundObject(label="car", score=0.814, box=[], text="B 7", words=[0], codes=[0]),
        FoundObject(
            label="bus",
            score=0.5,
            box=[],
            quality=CropQuality(sharpness=1234.5, brightest=0.9, darkest=0.1, contrast=0.5),
        ),
    ],
    analysis=AnalysisResult(
        schema_name="photo",
        model="google:gemini",
        answer={
            "caption": "A \x1b[2J car",
            "tags": ["car", "road"],
            "visible_text": "",
            "people": 0,
        },
        left_out=None,
        requests=1,
        input_tokens=300,
        output_tokens=20,
        cost_usd=0.00125,
        from_cache=True,
    ),
    failures=[
        StageFailure(stage="texts", error_type="Crash", message="m", attempts=2, retryable=True)
    ],
    extra={"ward": "north"},
)


def test_everything_known_is_said_and_nothing_else() -> None:
    """In one order; what strangers wrote cannot move the cursor."""
    assert photo_facts(RESULT) == [
        ("batch", "a"),
        ("photo_id", "1"),
        ("filename", "x⟨001B⟩[2J.jpg"),
        ("uri", "file:///x.jpg"),
        ("outcome", "failed"),
        ("width", "640"),
        ("reason", "blurry"),
        ("warning", "dark"),
        ("looks like", "b/2 (mirrored): pHash 1 and dHash 2 of 64 bits apart"),
        ("code", "QRCode: id=7"),
        ("unique IDs", "these disagree: 7, 8"),
        ("ID found", "7 in the QRCode, by id"),
        ("ID found", "8 in the text, by id"),
        ("object", "car 0.81: B 7, id=7"),
        ("object", "bus 0.50, sharpness 1,234"),
        ("analysis: caption", "A ⟨001B⟩[2J car"),
        ("analysis: tags", '["car", "road"]'),
        ("analysis: people", "0"),
        ("asked", "google:gemini, 300 + 20 tokens, 0.0013 USD, known before"),
        ("rendition", "640x480 PNG, 9 bytes"),
        ("extra: ward", "north"),
    ]


def test_checks_and_failures_have_tables() -> None:
    """Whole numbers stay whole."""
    assert check_rows(RESULT) == [
        ("bytes", "55,260", "268,435,456", "pass"),
        ("blurry", "7.25", "12", "reject"),
        ("format", "JPEG", "", "pass"),
    ]
    assert failure_rows(RESULT) == [("texts", "Crash", "m", "2")]
