import inspect
import pickle

import pytest

from darkroom import errors
from darkroom.errors import (
    BatchUnknown,
    DarkroomError,
    EngineUnavailable,
    ModelUnavailable,
    ModelUnusable,
    ObjectMissing,
    PhotoFailed,
    RecordsUnavailable,
    SettingsInvalid,
    SourceUnreadable,
    StoreUnavailable,
    TableUnreadable,
    UsageError,
    WorldError,
)

EVERY_ERROR = [
    DarkroomError("on purpose"),
    UsageError("name a folder"),
    SourceUnreadable("photos.zip", "it is encrypted"),
    BatchUnknown("made-by-hand"),
    SettingsInvalid("web.port is not a number"),
    TableUnreadable("file:///tables/texts/b1.parquet", "texts", "it is cut off"),
    ModelUnusable("the key is refused"),
    PhotoFailed("Timeout", "no answer", attempts=4, retryable=True),
    WorldError("scratch is full"),
    StoreUnavailable("the bucket refuses"),
    ObjectMissing("blobs/ab/cd"),
    RecordsUnavailable("the database is away"),
    ModelUnavailable("the model is overloaded"),
    EngineUnavailable("install Tesseract"),
]


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_every_error_crosses_a_process_border_whole(error: DarkroomError) -> None:
    """Type, sentence and what it carries are the same after pickling."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))


def test_no_error_is_left_out_above() -> None:
    """A new error is held to the same."""
    defined = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, DarkroomError)
    }
    assert {type(error) for error in EVERY_ERROR} == defined


def test_a_damaged_table_says_what_to_do() -> None:
    """The sentence names the file, the stage and the way out."""
    error = TableUnreadable("file:///tables/texts/b1.parquet", "texts", "it is cut off")

    assert str(error) == (
        "file:///tables/texts/b1.parquet cannot be read as a table of texts (it is cut off);"
        " delete it and materialize the stage again"
    )


def test_a_source_may_have_any_name() -> None:
    """What no terminal or database takes is replaced in the sentence, and kept in the error."""
    error = SourceUnreadable("\udce9t\x00.zip", "it is encrypted")

    assert str(error) == "\ufffdt\ufffd.zip: it is encrypted"
    assert error.source == "\udce9t\x00.zip"


def test_what_strangers_wrote_obeys_nobody() -> None:
    """An error is one visible line, in a terminal, a log and the UI."""
    error = UsageError("\x1b[31mred\nforged line \u202egpj.exe")

    assert str(error) == "⟨001B⟩[31mred forged line ⟨202E⟩gpj.exe"
