"""How long a server wants us to wait."""

import math
from datetime import UTC, datetime

import pytest

from resources.fetching.retries import retry_after_s

NOW = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 17 ", 17.0),
        ("Sun, 01 Jun 2025 12:00:30 GMT", 30.0),
        ("Sun, 01 Jun 2025 11:00:00 GMT", 0.0),
        ("Sun, 01 Jun 2025 12:00:30 -0000", 30.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Sun, 99 Jun 2025 12:00:30 GMT", None),
        ("Sun, 01 Jun 99999999999999999999 12:00:30 GMT", None),
        ("9" * 400, math.inf),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    """Both forms of RFC 9110 are read, a past date asks for no wait, nonsense asks for nothing."""
    assert retry_after_s(header, NOW) == seconds
