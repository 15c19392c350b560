"""Writes docs/settings.md from the settings themselves: python docs/settings_page.py."""

import html
import json
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from darkroom.settings import Section, Settings

PAGE = Path(__file__).with_name("settings.md")

_HEAD = """\
# Settings

Written from `darkroom/settings/` by `docs/settings_page.py`.

A setting stands in `darkroom.yaml`, in the home or where `darkroom` is started:

```yaml
downloads:
  max_concurrent_downloads: 8
detector:
  labels: [car, bus, truck]
```

or in the environment, which wins; lists are written as JSON there:

```sh
export DARKROOM_DOWNLOADS__MAX_CONCURRENT_DOWNLOADS=8
export DARKROOM_DETECTOR__LABELS='["car", "bus", "truck"]'
```

A name that is not listed here is an error. `darkroom config` prints what is in force and where each
value came from. The home itself is named by `--home` or `DARKROOM_HOME`; it is `./.darkroom`
otherwise.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(_section(*item) for item in Settings.model_fields.items())])


def _section(name: str, field: FieldInfo) -> str:
    section = field.annotation
    assert isinstance(section, type)  # noqa: S101 - every field of Settings is a section
    assert issubclass(section, Section)  # noqa: S101 - as above
    lines = [
        f"## {name}",
        "",
        (section.__doc__ or "").strip(),
        "",
        "| setting | default | what it says |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| `{key}` | {_default(setting.default)} | {_shown(setting.description or '')} |"
        for key, setting in section.model_fields.items()
    ]
    return "\n".join(lines) + "\n"


def _shown(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "&#124;")


def _default(value: Any) -> str:  # noqa: ANN401 - a default of any type
    if value is None:
        return "unset"
    plain = value.value if isinstance(value, Enum) else value
    return f"`{plain}`" if isinstance(plain, str) else f"`{json.dumps(plain)}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
