"""Forms that commands print in."""

from enum import StrEnum


class ResultFormat(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


class StatusFormat(StrEnum):
    """How status is printed."""

    TABLE = "table"
    JSON = "json"


class EvaluatedSubject(StrEnum):
    """What a corpus has answers about."""

    TEXTS = "texts"
    CODES = "codes"
    VEHICLES = "vehicles"
    LOOKALIKES = "lookalikes"


class EntityFormat(StrEnum):
    """How entities are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
