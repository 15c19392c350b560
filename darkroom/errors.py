"""The world's troubles, as types. A photo's own trouble is an outcome, not an error.

DarkroomError
├── UsageError             the person must change something; the message says what
│   ├── SourceUnreadable   a folder, archive or manifest that cannot be read
│   ├── BatchUnknown       a key that no batch has
│   ├── SettingsInvalid    darkroom.yaml or the environment
│   ├── TableUnreadable    a stage's table that is damaged or of another shape
│   └── ModelUnusable      a vision model that refuses our key or is not known, or no quota left
├── PhotoFailed            one photo could not be fetched or worked on
└── WorldError             something outside is away; trying again later may help
    ├── StoreUnavailable
    │   └── ObjectMissing  a name that the store does not hold
    ├── RecordsUnavailable
    ├── ModelUnavailable   a vision model that is away or overloaded
    └── EngineUnavailable  an OCR engine, language or model that is not installed
"""

from typing import Any

from darkroom.outcomes import Failure
from darkroom.reports.markdown import visible
from darkroom.storage.storable_text import storable

_MAX_SAID = 8_000


class DarkroomError(Exception):
    """Anything that Darkroom raises on purpose.

    What it says goes to terminals, logs and the UI, and may name what strangers wrote: it is one
    line that obeys nobody.
    """

    def __str__(self) -> str:
        return visible(super().__str__(), max_chars=_MAX_SAID)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders; the default would call `__init__` with the whole text."""
        return (_revived, (type(self), self.args, self.__dict__))


class UsageError(DarkroomError):
    """One clear sentence for the person who can mend it."""


class SourceUnreadable(UsageError):
    """A source that was named, and cannot be read."""

    def __init__(self, source: str, why: str) -> None:
        super().__init__(storable(f"{source}: {why}"))
        self.source = source
        self.why = why


class BatchUnknown(UsageError):
    """A key that no batch has: mistyped, or a partition that somebody added by hand."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"There is no batch {key}: batches are made by `darkroom import` and the inbox."
        )
        self.key = key


class SettingsInvalid(UsageError):
    """A setting that is unknown or out of its range."""


class TableUnreadable(UsageError):
    """A stage's table that is damaged or of another shape."""

    def __init__(self, uri: str, stage: str, why: str) -> None:
        super().__init__(
            f"{uri} cannot be read as a table of {stage} ({why});"
            " delete it and materialize the stage again"
        )
        self.uri = uri


class ModelUnusable(UsageError):
    """A vision model that will answer nobody until a person changes something."""


class PhotoFailed(DarkroomError):
    """One photo could not be fetched or worked on; `failure` is what its row will say."""

    def __init__(
        self, error_type: str, message: str, *, attempts: int = 1, retryable: bool
    ) -> None:
        super().__init__(f"{error_type}: {message}")
        self.failure = Failure(
            error_type=error_type, message=message, attempts=attempts, retryable=retryable
        )


class WorldError(DarkroomError):
    """Something outside this process is away or refuses."""


class StoreUnavailable(WorldError):
    """The object store does not answer, refuses, or is full."""


class ObjectMissing(StoreUnavailable):
    """A name that the store does not hold."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the store has no object named {name}")
        self.name = name


class RecordsUnavailable(WorldError):
    """The records database does not answer or refuses."""


class ModelUnavailable(WorldError):
    """The service of a vision model is away, overloaded, or wants to be left alone for long."""


class EngineUnavailable(WorldError):
    """An OCR engine, language or model that is not there. The message says how to get it."""


def _revived(
    kind: type[DarkroomError], arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> DarkroomError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error
