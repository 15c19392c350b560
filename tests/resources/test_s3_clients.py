"""Settings of S3 that no client can be made of."""

import traceback

import pytest
from botocore.exceptions import InvalidRegionError

from darkroom.errors import SettingsInvalid
from darkroom.settings import S3Settings
from resources.s3_clients import s3_client


@pytest.mark.usefixtures("s3_server")  # for its credentials
@pytest.mark.parametrize(
    "endpoint_url",
    ["foo bar", "", "http://", "http://[::1", "http://me:hunter2@foo bar", "me:hunter2@host"],
)
def test_an_address_that_no_service_can_have_is_a_wrong_setting(endpoint_url: str) -> None:
    """One sentence names it; no password is repeated, not even in a traceback."""
    with pytest.raises(SettingsInvalid) as caught:
        s3_client(S3Settings(endpoint_url=endpoint_url))

    assert str(caught.value) == (
        "s3.endpoint_url, or AWS_ENDPOINT_URL where that is unset, is no web address;"
        " give one such as http://127.0.0.1:9000"
    )
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.usefixtures("s3_server")  # for its credentials
def test_a_wrong_region_is_not_taken_for_a_wrong_address() -> None:
    """Botocore speaks of it with an error that is a ValueError, too."""
    with pytest.raises(InvalidRegionError):
        s3_client(S3Settings(endpoint_url="http://127.0.0.1:1", region="no such"))
