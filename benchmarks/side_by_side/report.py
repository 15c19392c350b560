"""What was measured as a page: Markdown tables and a drawing."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from benchmarks.side_by_side.figures import Failed, Line, Spread
from benchmarks.side_by_side.roster import Contender

_WIDTH, _ROW, _LABEL, _EDGE = 1100, 44, 300, 24
_COLOURS = {True: "#2b6cb0", False: "#a0aec0"}
_SIGNS = 120
"""Pixels for the figures beside a bar."""


def spread(values: Spread, places: int = 1) -> str:
    """Median (least–most)."""
    return f"{values.median:.{places}f} ({values.low:.{places}f}–{values.high:.{places}f})"


def table(of: Sequence[Line], titles: dict[str, str], against: Sequence[str]) -> str:
    """One set of photos: a row for each contender."""
    heads = ["", "photos/s", "wall s", *(f"× {titles[other]}" for other in against)]
    heads += ["CPU s", "peak MiB", "renditions", "unfit"]
    rows = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    for line in of:
        ratios = [
            spread(line.against[other], 2) if other in line.against else "" for other in against
        ]
        mebibytes = Spread(
            *(
                value / 2**20
                for value in (line.peak_bytes.median, line.peak_bytes.low, line.peak_bytes.high)
            )
        )
        rows.append(
            [
                titles[line.contender],
                spread(line.rate),
                spread(line.wall_s),
                *ratios,
                spread(line.cpu_s),
                spread(mebibytes, 0),
                f"{line.made} of {line.count}",
                str(line.unfit),
            ]
        )
    return _markdown(rows)


def failures(of: Sequence[Failed], titles: dict[str, str]) -> str:
    """A row for each time that a contender did not come to its end."""
    rows = [["", "photos", "round", "why"], ["---", "---", "---:", "---"]]
    rows += [[titles[each.contender], each.photos, str(each.round), each.why] for each in of]
    return _markdown(rows)


def what_they_do(of: Sequence[Contender]) -> str:
    """A row for each contender, a column for each thing that some of them do."""
    aspects = list(dict.fromkeys(aspect for each in of for aspect in each.does))
    rows = [["", *aspects], ["---"] * (len(aspects) + 1)]
    rows += [[each.title, *(each.does.get(aspect, "") for aspect in aspects)] for each in of]
    return _markdown(rows)


def drawing(sets: dict[str, list[Line]], titles: dict[str, str]) -> Image.Image:
    """A bar for each contender's median rate, a stroke from its slowest round to its fastest."""
    rows = sum(len(of) + 1 for of in sets.values())
    image = Image.new("RGB", (_WIDTH, rows * _ROW + 2 * _EDGE), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    top = _EDGE
    for name, of in sets.items():
        draw.text((_EDGE, top + 12), f"{name}, photos per second", "black", font)
        scale = (_WIDTH - _LABEL - _SIGNS - _EDGE) / max(line.rate.high for line in of)
        for place, line in enumerate(of, start=1):
            y = top + place * _ROW
            draw.text((_EDGE, y + 8), titles[line.contender], "black", font)
            end = _LABEL + line.rate.median * scale
            ours = titles[line.contender].startswith("darkroom")
            draw.rectangle((_LABEL, y + 6, end, y + _ROW - 10), _COLOURS[ours])
            low, high = (_LABEL + value * scale for value in (line.rate.low, line.rate.high))
            draw.line((low, y + _ROW / 2 - 2, high, y + _ROW / 2 - 2), "black", 2)
            draw.text((max(end, high) + 10, y + 8), f"{line.rate.median:.1f}", "black", font)
        top += (len(of) + 1) * _ROW
    return image


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
