"""The section `intake`."""

from typing import Literal

from pydantic import Field, PositiveInt, field_validator

from darkroom.intake.roots import check_roots
from darkroom.settings.section import Section

BatchSize = Literal["auto"] | PositiveInt


class IntakeSettings(Section):
    """How sources become batches."""

    include: list[str] = Field(
        ["*"],
        description="Patterns of file names taken from folders and archives, upper or lower case.",
    )
    uri_column: str | None = Field(
        None, description="Manifest column with the URL or path. Unset: url, uri or path, by name."
    )
    batch_size: BatchSize = Field(
        "auto", description="Photos in a batch; auto: by size of the import and cores."
    )
    allow_roots: list[str] = Field(
        [],
        description="Absolute folders and s3://bucket/prefix that manifests may name photos in,"
        " beside those below the manifest itself. A manifest from the web may never name folders.",
    )
    max_archive_bytes: PositiveInt = Field(
        20 * 2**30, description="Unpacked bytes taken from one archive; more is refused."
    )
    max_archive_entries: PositiveInt = Field(
        250_000,
        description="Entries in one archive; more is refused. Listing so many takes 250 MiB of"
        " memory, and so does each step that unpacks some of them.",
    )
    inbox_interval_s: PositiveInt = Field(10, description="Seconds between looks at the inbox.")
    inbox_s3: str | None = Field(
        None, description="s3://bucket/prefix that the inbox sensor watches too."
    )
    feeds: list[str] = Field([], description="Manifest URLs that feed_schedule polls.")
    feed_cron: str = Field("*/10 * * * *", description="When feeds are polled.")
    feed_owner: str = Field("feed", description="Owner of batches made from feeds.")

    @field_validator("allow_roots")
    @classmethod
    def _places(cls, roots: list[str]) -> list[str]:
        check_roots(roots)
        return roots
