"""`darkroom import` and what can be asked of it afterwards, as a person types them.

A run costs seconds: one home serves all of these tests, and its story is told once.
"""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from darkroom.samples import scenes as sample_scenes

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command, Ended

pytestmark = pytest.mark.timeout(900)  # each import and each retry starts a dozen processes

SIZE = (320, 240)

CONTRACT = {
    "batch",
    "photo_id",
    "filename",
    "uri",
    "outcome",
    "sha256",
    "bytes",
    "format",
    "width",
    "height",
    "orientation",
    "taken_at",
    "camera",
    "checks",
    "reasons",
    "phash",
    "dhash",
    "duplicate_of",
    "near_duplicates",
    "rendition",
    "text",
    "text_confidence",
    "codes",
    "detections",
    "analysis",
    "delivered_uri",
    "failures",
}


@dataclass(frozen=True)
class Story:
    """A home, what was imported, by which command, and what that said."""

    home: Path
    folder: Path
    manifest: Path
    command: tuple[str, ...]
    first: "Ended"

    def batches(self, darkroom: "Command") -> dict[str, dict[str, Any]]:
        """As `darkroom status` tells them, by the start of their key."""
        said = darkroom("status", "--format", "json", "--home", str(self.home)).said
        return {each["batch"].rpartition("-")[0]: each for each in json.loads(said)["batches"]}

    def results(self, darkroom: "Command", batch: str) -> dict[str, dict[str, Any]]:
        said = darkroom("results", batch, "--format", "jsonl", "--home", str(self.home)).said
        return {each["filename"]: each for each in map(json.loads, said.splitlines())}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, darkroom_process: "Command") -> Story:
    root = tmp_path_factory.mktemp("imports")
    home, folder, manifest = root / "home", root / "holiday", root / "mixed" / "list.csv"
    folder.mkdir()
    manifest.parent.mkdir()
    sample_scenes.lake(SIZE).save(folder / "lake.jpg")
    (folder / "note.jpg").write_text("not an image\n" * 20)
    sample_scenes.parcel("DR-1", "DR-1", (640, 480)).save(manifest.parent / "parcel.png")
    (manifest.parent / "again.jpg").write_bytes((folder / "lake.jpg").read_bytes())
    manifest.write_text("path,ward\nparcel.png,north\nagain.jpg,\nlate.jpg,south\n")
    who = ("--owner", "anna", "--report", "R-9", "--priority", "4")
    command = ("import", str(folder), str(manifest), "--home", str(home), *who)
    return Story(home, folder, manifest, command, darkroom_process(*command))


def test_a_photo_that_failed_is_told_by_the_exit_code(story: Story) -> None:
    """3, with every photo of every source gone through, and no traceback."""
    ended = story.first

    assert (ended.code, "Traceback" in ended.complained) == (3, False), ended
    assert f"{story.folder}: 2 new photos in 1 batches" in ended.said
    assert f"{story.manifest}: 3 new photos in 1 batches" in ended.said


def test_a_batch_s_status_groups_its_failures(story: Story, darkroom: "Command") -> None:
    """By what went wrong, in the table and for programs."""
    [batch] = [each["batch"] for each in story.batches(darkroom).values() if each["failed"]]
    where = ("--home", str(story.home))
    [group] = json.loads(darkroom("status", batch, "--format", "json", *where).said)["failures"]
    table = darkroom("status", batch, *where).said

    assert group["message"].endswith("late.jpg is not there")
    del group["message"]
    assert group == {
        "error_type": "NotFound",
        "retryable": False,
        "accepted": False,
        "photos": 1,
        "stages": ["photos"],
        "examples": ["late.jpg"],
    }
    assert f"failures of {batch}" in table
    assert "NotFound" in table


def test_the_summary_says_where_to_look_next(story: Story) -> None:
    """Counts of each batch, then commands to copy and a file to open."""
    said = story.first.said
    rows = {
        line.split()[0].rpartition("-")[0]: line.split()[1:]
        for line in said.splitlines()
        if line.rstrip().endswith((" complete", " failed")) and " anna " in line
    }

    assert "darkroom results list-" in said  # the batch with a failed photo, which is named too
    assert ": 1 photo failed: photos: NotFound (will not pass by itself), such as " in said
    assert f"darkroom up --home {story.home}" in said
    assert "contact_sheet.jpg" in said
    assert rows == {
        "holiday": ["anna", "2", "1", "1", "0", "complete"],
        "list": ["anna", "3", "2", "0", "1", "failed"],
    }


def test_a_photo_is_shown_beside_its_match(
    story: Story, darkroom: "Command", tmp_path: Path
) -> None:
    """All that is known of it, and a picture in the home or where one asks for it."""
    where = ("--home", str(story.home))
    batches = story.batches(darkroom)
    lake = story.results(darkroom, batches["holiday"]["batch"])["lake.jpg"]
    again = story.results(darkroom, batches["list"]["batch"])["again.jpg"]
    # Their batches run side by side: which of the two came first is chance.
    [copy] = [each for each in (lake, again) if each["duplicate_of"]]
    name = f"{copy['batch']}/{copy['photo_id']}"
    said = darkroom("show", name, *where).said
    asked = darkroom("show", name, "--out", str(tmp_path / "own.png"), *where).said
    picture = story.home / "shown" / copy["batch"] / f"{copy['photo_id']}.jpg"

    assert copy["duplicate_of"] in said
    assert "low_information" in said
    assert said.endswith(f"picture: {picture}\n")
    assert asked.endswith(f"picture: {tmp_path / 'own.png'}\n")
    with Image.open(picture) as drawn, Image.open(tmp_path / "own.png") as own:
        assert drawn.size == own.size


def test_a_photo_without_a_match_is_shown_in_words(story: Story, darkroom: "Command") -> None:
    """Why it failed, and no picture."""
    batches = story.batches(darkroom)
    late = story.results(darkroom, batches["list"]["batch"])["late.jpg"]
    name = f"{late['batch']}/{late['photo_id']}"
    said = darkroom("show", name, "--home", str(story.home)).said

    assert "NotFound" in said
    assert "extra: ward" in said
    assert "picture:" not in said


def test_the_same_sources_are_not_imported_twice(story: Story, darkroom: "Command") -> None:
    """It says so, and what of them failed; it runs nothing and ends well."""
    ended = darkroom(*story.command)

    assert (ended.code, ended.said.splitlines()) == (
        0,
        [
            f"{story.folder}: 0 new photos in 0 batches, 2 already known",
            (
                f"{story.manifest}: 0 new photos in 0 batches, 3 already known,"
                " 1 failed before, which `darkroom retry` works on again"
            ),
        ],
    )
    assert list(story.batches(darkroom)) == ["holiday", "list"]


def test_status_says_where_batches_stand(story: Story, darkroom: "Command") -> None:
    """As JSON with every count; the same for one batch."""
    batches = story.batches(darkroom)
    shown = {
        name: {key: value for key, value in batch.items() if key not in ("batch", "opened_at")}
        for name, batch in batches.items()
    }
    key = batches["list"]["batch"]
    alone = json.loads(darkroom("status", key, "--format", "json", "--home", str(story.home)).said)

    assert shown == {
        "holiday": {
            "owner": "anna",
            "report": "R-9",
            "priority": 4,
            "source": str(story.folder),
            "photos": 2,
            "done": 1,
            "rejected": 1,
            "failed": 0,
            "failures_accepted": 0,
            "state": "complete",
            "stages": [],
        },
        "list": {
            "owner": "anna",
            "report": "R-9",
            "priority": 4,
            "source": str(story.manifest),
            "photos": 3,
            "done": 2,
            "rejected": 0,
            "failed": 1,
            "failures_accepted": 0,
            "state": "failed",
            "stages": [],
        },
    }
    [only] = alone["batches"]
    assert {stage["stage"]: stage["state"] for stage in only["stages"]} == dict.fromkeys(
        (
            *("codes", "deliveries", "detections", "duplicates"),
            *("ingest", "records", "texts"),
        ),
        "finished",
    )
    assert {**only, "stages": []} == batches["list"]


def test_status_is_a_table_for_people(story: Story, darkroom: "Command") -> None:
    """One line per batch."""
    said = darkroom("status", "--home", str(story.home)).said
    lines = [line.split() for line in said.splitlines()]

    assert [line[1:] for line in lines if "-" in "".join(line[:1])] == [
        ["anna", "2", "1", "1", "0", "complete"],
        ["anna", "3", "2", "0", "1", "failed"],
    ]


def test_results_have_the_keys_of_the_contract(story: Story, darkroom: "Command") -> None:
    """For every photo, whatever became of it, and one level down."""
    found = {
        **story.results(darkroom, story.batches(darkroom)["holiday"]["batch"]),
        **story.results(darkroom, story.batches(darkroom)["list"]["batch"]),
    }

    assert {name: result["outcome"] for name, result in found.items()} == {
        "lake.jpg": "done",
        "note.jpg": "rejected",
        "parcel.png": "done",
        "again.jpg": "done",
        "late.jpg": "failed",
    }
    assert [CONTRACT - set(result) for result in found.values()] == [set()] * 5
    parcel = found["parcel.png"]
    assert set(parcel["rendition"]) == {"sha256", "format", "width", "height", "bytes"}
    assert {key for check in parcel["checks"].values() for key in check} == {
        "value",
        "threshold",
        "verdict",
    }
    assert [(set(code), code["text"]) for code in parcel["codes"]] == [
        ({"symbology", "text", "polygon", "look"}, "DR-1")
    ]
    [failure] = found["late.jpg"]["failures"]
    assert set(failure) == {"stage", "error_type", "message", "attempts", "retryable"}
    assert (failure["stage"], failure["error_type"]) == ("photos", "NotFound")
    assert found["note.jpg"]["reasons"] == ["not_an_image"]
    assert parcel["extra"]["ward"] == "north"


def test_a_copy_is_told_from_its_original(story: Story, darkroom: "Command") -> None:
    """Across batches: the first arrival is named, whichever of the two ran first."""
    batches = story.batches(darkroom)
    lake = story.results(darkroom, batches["holiday"]["batch"])["lake.jpg"]
    again = story.results(darkroom, batches["list"]["batch"])["again.jpg"]

    names = {f"{each['batch']}/{each['photo_id']}" for each in (lake, again)}

    # The batches run side by side: either may be first.
    assert {lake["duplicate_of"], again["duplicate_of"]} - names == {None}
    assert {lake["duplicate_of"], again["duplicate_of"]} & names
    assert again["sha256"] == lake["sha256"]


def test_results_are_csv_for_spreadsheets(story: Story, darkroom: "Command") -> None:
    """One line per photo below one of names."""
    key = story.batches(darkroom)["list"]["batch"]
    said = darkroom("results", key, "--format", "csv", "--home", str(story.home)).said
    rows = list(csv.DictReader(io.StringIO(said)))

    assert [(row["filename"], row["outcome"]) for row in rows] == [
        ("parcel.png", "done"),
        ("again.jpg", "done"),
        ("late.jpg", "failed"),
    ]
    assert set(rows[0]) >= CONTRACT - {"checks", "rendition", "failures"}


def test_results_are_a_table_for_people(story: Story, darkroom: "Command") -> None:
    """What is wrong with a photo comes first."""
    key = story.batches(darkroom)["list"]["batch"]
    said = darkroom("results", key, "--home", str(story.home)).said

    assert "photos: file:///" in said
    assert "code DR-1" in said


def test_a_mended_batch_is_retried_and_forced_photos_are_taken_again(
    story: Story,
    darkroom: "Command",
    darkroom_process: "Command",
) -> None:
    """`retry` runs what failed; `--force` makes another batch of what is known."""
    home = ("--home", str(story.home))
    sample_scenes.sea(SIZE).save(story.manifest.parent / "late.jpg")
    retried = darkroom_process("retry", *home)
    nothing = darkroom("retry", *home)
    forced = darkroom_process("import", str(story.folder), "--owner", "anna", "--force", *home)

    assert (retried.code, nothing.code) == (0, 0), retried
    # A photo that is rejected has its verdict: that is a success.
    assert forced.code == 0, forced
    assert nothing.said == "Nothing to retry: no batch failed.\n"
    said = darkroom("status", "--format", "json", *home).said
    assert [
        (batch["photos"], batch["done"], batch["rejected"], batch["state"])
        for batch in json.loads(said)["batches"]
    ] == [(2, 1, 1, "complete"), (3, 3, 0, "complete"), (2, 1, 1, "complete")]


def test_an_accepted_failure_turns_its_batch_green(
    story: Story, darkroom: "Command", darkroom_process: "Command"
) -> None:
    """Recorded with its reason, and worked on no more; a second time there is nothing to accept."""
    home = ("--home", str(story.home))
    gone = story.folder.parent / "gone.csv"
    gone.write_text("path\nholiday/lake.jpg\nnever.jpg\n")
    failed = darkroom_process("import", str(gone), "--owner", "bob", *home)
    key = story.batches(darkroom)["gone"]["batch"]
    accepted = darkroom("accept", key, "--reason", "taken down", *home)
    again = darkroom("accept", key, "--reason", "taken down", *home)
    retried = darkroom_process("retry", key, *home)

    assert failed.code == 3, failed
    assert (accepted.code, accepted.said) == (
        0,
        f"1 failed photos of {key} accepted. `darkroom retry {key}` makes it complete.\n",
    )
    assert again.said == (
        f"Nothing to accept: no photo of {key} has a failure that is not accepted yet.\n"
    )
    assert retried.code == 0, retried
    batch = story.batches(darkroom)["gone"]
    assert (batch["failed"], batch["failures_accepted"], batch["state"]) == (0, 1, "complete")
    never = story.results(darkroom, key)["never.jpg"]
    assert (never["outcome"], never["accepted_reason"]) == ("failure_accepted", "taken down")
