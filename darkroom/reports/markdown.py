"""Markdown that shows strangers' text as it is, and never obeys it."""

import unicodedata
from collections.abc import Iterable, Sequence

_JOINERS = "\u200c\u200d"
"""Persian and emoji names need them, and they move nothing about."""

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (bidirectional overrides among them), surrogate, private, unassigned."""

_MARKUP = frozenset("&<>|\\`*_{}[]()#+!~$=^")
"""As entities these never start markup; backslashes are read differently inside tables."""


def visible(text: str, *, max_chars: int = 200) -> str:
    """One line that cannot reorder, hide or overwrite what stands around it.

    White space becomes single spaces; characters that show nothing become their code, such as
    ⟨202E⟩; a longer text ends in an ellipsis after `max_chars` characters. Not escaped for Markdown
    or HTML.
    """
    line = " ".join(text[: 4 * max_chars].split())
    if len(line) > max_chars or len(text) > 4 * max_chars:
        line = line[: max_chars - 1] + "…"
    return "".join(_shown(character) for character in line)


def escape(text: str, *, max_chars: int = 200) -> str:
    """`visible` text that Markdown and HTML show as it is, also inside a table's cell.

    A bare address may still become a link, to just what it shows.
    """
    return "".join(
        f"&#{ord(character)};" if character in _MARKUP else character
        for character in visible(text, max_chars=max_chars)
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table. All cells are escaped; numbers are aligned right, None is an empty cell."""
    body = [list(row) for row in rows]
    numeric = [
        bool(body) and all(row[column] is None or _is_number(row[column]) for row in body)
        for column in range(len(header))
    ]
    lines = [
        _line(escape(title) for title in header),
        _line("---:" if right else "---" for right in numeric),
        *(_line(_cell(value) for value in row) for row in body),
    ]
    return "\n".join(lines)


def _shown(character: str) -> str:
    if unicodedata.category(character) in _UNSEEN and character not in _JOINERS:
        return f"⟨{ord(character):04X}⟩"
    return character


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not _is_number(value):
        return escape(str(value))
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
