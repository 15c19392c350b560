"""The web server of the fetchers' tests, for those who take photos in."""

from tests.resources.conftest import site

__all__ = ["site"]
