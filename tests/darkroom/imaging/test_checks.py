from dataclasses import replace

import pytest

from darkroom.imaging.checks import Findings, Judgement, judge, may_be_decoded
from darkroom.imaging.headers import Header
from darkroom.imaging.measurements import Measurements
from darkroom.outcomes import Reason
from darkroom.rows import Check
from darkroom.settings import Action, ValidationSettings

DEFAULTS = ValidationSettings()
HEADER = Header(
    format="JPEG",
    width=1600,
    height=1200,
    orientation=1,
    frames=1,
    taken_at=None,
    camera=None,
    latitude=None,
    longitude=None,
)
LOOK = Measurements(
    sharpness=800.0, brightest=0.9, darkest=0.1, contrast=0.7, entropy_bits=7.2, chroma=20.0
)
GOOD = Findings(
    filename="a.jpg",
    bytes=300_000,
    format="JPEG",
    header=HEADER,
    measurements=LOOK,
    readable=True,
)
NAMES = [
    "readable",
    "format",
    "extension",
    "bytes",
    "width",
    "height",
    "megapixels",
    "aspect_ratio",
    "animated",
    "blurry",
    "dark",
    "bright",
    "low_contrast",
    "low_information",
    "grayscale",
]


def verdicts(findings: Findings, settings: ValidationSettings = DEFAULTS) -> dict[str, str]:
    return {check.name: check.verdict for check in judge(findings, settings).checks}


def test_a_good_photo_passes_every_check() -> None:
    """All are listed, in the order in which they can be learned."""
    judgement = judge(GOOD, DEFAULTS)

    assert [check.name for check in judgement.checks] == NAMES
    assert set(verdicts(GOOD).values()) == {"pass"}
    assert (judgement.reasons, judgement.warnings) == ([], [])


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        (replace(GOOD, header=replace(HEADER, format="PSD")), Reason.FORMAT),
        (replace(GOOD, filename="a.png"), Reason.EXTENSION),
        (replace(GOOD, bytes=99), Reason.BYTES),
        (replace(GOOD, bytes=2**30), Reason.BYTES),
        (replace(GOOD, header=replace(HEADER, width=63, height=100)), Reason.WIDTH),
        (replace(GOOD, header=replace(HEADER, width=100, height=63)), Reason.HEIGHT),
        (replace(GOOD, header=replace(HEADER, width=20_000, height=10_001)), Reason.MEGAPIXELS),
        (replace(GOOD, header=replace(HEADER, width=1000, height=199)), Reason.ASPECT_RATIO),
        (replace(GOOD, header=replace(HEADER, format="GIF", frames=2)), Reason.ANIMATED),
        (replace(GOOD, measurements=replace(LOOK, sharpness=11.9)), Reason.BLURRY),
        (replace(GOOD, measurements=replace(LOOK, brightest=0.31)), Reason.DARK),
        (replace(GOOD, measurements=replace(LOOK, darkest=0.96)), Reason.BRIGHT),
        (replace(GOOD, measurements=replace(LOOK, contrast=0.09)), Reason.LOW_CONTRAST),
        (replace(GOOD, measurements=replace(LOOK, entropy_bits=2.9)), Reason.LOW_INFORMATION),
        (replace(GOOD, measurements=replace(LOOK, chroma=1.9)), Reason.GRAYSCALE),
    ],
    ids=lambda value: str(value) if isinstance(value, Reason) else "",
)
@pytest.mark.parametrize("action", list(Action))
def test_each_check_does_what_its_action_says(
    findings: Findings, reason: Reason, action: Action
) -> None:
    """Reject, warn, or not be asked at all. Memory stays bounded whatever the actions say."""
    findings = replace(findings, filename="a" if reason is Reason.ANIMATED else findings.filename)
    if reason is Reason.FORMAT:
        findings = replace(findings, filename="a.psd")
    bound = reason is Reason.MEGAPIXELS
    settings = DEFAULTS if bound else DEFAULTS.model_copy(update={str(reason): action})

    judgement = judge(findings, settings)

    rejects = action is Action.REJECT or bound
    assert judgement.reasons == ([reason] if rejects else [])
    assert judgement.warnings == ([reason] if action is Action.WARN and not bound else [])
    named = {check.name for check in judgement.checks}
    assert (str(reason) in named) is (bound or action is not Action.OFF)


def test_one_setting_turns_every_rejection_into_a_warning() -> None:
    """But for what cannot be read, and what does not fit into memory."""
    lenient = DEFAULTS.model_copy(update={"action": "warn"})
    poor = replace(
        GOOD,
        bytes=5,
        header=replace(HEADER, width=20_000, height=20_000),
        measurements=replace(LOOK, sharpness=0.0, brightest=0.1),
    )

    judgement = judge(poor, lenient)

    assert judgement.reasons == [Reason.MEGAPIXELS]
    assert judgement.warnings == [Reason.BYTES, Reason.BLURRY, Reason.DARK]
    assert judge(replace(poor, unreadable=Reason.TRUNCATED), lenient).reasons == [
        Reason.TRUNCATED,
        Reason.MEGAPIXELS,
    ]


def test_what_was_not_measured_is_unknown() -> None:
    """A file that is no image is judged by what is known of it, and by nothing else."""
    findings = Findings(filename="a.jpg", bytes=5000, format=None, unreadable=Reason.NOT_AN_IMAGE)

    assert judge(findings, DEFAULTS).reasons == [Reason.NOT_AN_IMAGE]
    assert verdicts(findings) == dict.fromkeys(NAMES, "unknown") | {
        "readable": "reject",
        "bytes": "pass",
    }


def test_a_check_says_what_it_held_against_what() -> None:
    """Values and thresholds, as numbers or as text."""
    checks = {check.name: check for check in judge(GOOD, DEFAULTS).checks}

    assert checks["blurry"] == Check(
        name="blurry", value=800.0, threshold=DEFAULTS.min_sharpness, verdict="pass"
    )
    assert checks["aspect_ratio"] == Check(
        name="aspect_ratio", value=0.75, threshold=0.2, verdict="pass"
    )
    assert checks["extension"] == Check(
        name="extension", value_text="jpg", threshold_text="JPEG", verdict="pass"
    )


def test_limits_are_judged_before_anything_is_decoded() -> None:
    """Too many bytes only where they would reject the photo anyway."""
    huge = replace(GOOD, header=replace(HEADER, width=20_000, height=20_000))
    heavy = Findings(filename="a.jpg", bytes=2**30, format="JPEG")
    lenient = DEFAULTS.model_copy(update={"action": "warn"})

    assert may_be_decoded(GOOD, DEFAULTS)
    assert not may_be_decoded(huge, lenient)
    assert not may_be_decoded(heavy, DEFAULTS)
    assert may_be_decoded(heavy, lenient)


def test_a_judgement_of_nothing_is_empty() -> None:
    """Two judgements never share their lists."""
    assert Judgement() == Judgement()
    assert Judgement().checks is not Judgement().checks
