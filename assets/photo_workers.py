"""The worker processes of a step."""

from collections.abc import Sequence

import dagster as dg

from darkroom.settings import Settings
from darkroom.work.workers import Workers


def photo_workers(
    context: dg.AssetExecutionContext, settings: Settings, *, preload: Sequence[str]
) -> Workers:
    """As the settings want them, with room for the largest photo that they let in.

    When there are fewer for a while, and why, stands in the step's log.
    """
    return Workers(
        settings.workers,
        megapixels=settings.validation.max_megapixels,
        preload=preload,
        say=context.log.warning,
    )
