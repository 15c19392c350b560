"""Which machines may be asked."""

import pytest
from pydantic import ValidationError

from darkroom.intake.addresses import AddressPolicy, origin_of
from darkroom.settings import DownloadSettings

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "93.184.215.14", "223.255.255.254"),
    *("2606:4700:4700::1111", "2a00:1450:4001::1", "2002:808:808::1", "64:ff9b::808:808"),
]
NOT_PUBLIC = {
    "this network": ["0.0.0.0", "0.1.2.3"],  # noqa: S104 - nothing is bound to it
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.5", "fc00::1", "fd12::1"],
    "shared by a carrier": ["100.64.0.1", "100.127.255.255"],
    "link-local": ["169.254.0.1", "fe80::1", "fe80::1%eth0", "fec0::1"],
    "metadata": ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192"],
    "unspecified": ["::"],
    "multicast": ["224.0.0.1", "233.252.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.9", "198.18.0.1", "192.88.99.1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"],
    "IPv4-compatible": ["::127.0.0.1", "::8.8.8.8"],
    "6to4": ["2002:7f00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:105::1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"],
    "what is no address": ["", "localhost", "2130706433", "0x7f000001", "127.1", "017700000001"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    """Also those that carry a public one inside."""
    assert AddressPolicy([]).permits("photos.example", address, 443)


@pytest.mark.parametrize(
    "address",
    [pytest.param(a, id=f"{kind} {a}") for kind, all_ in NOT_PUBLIC.items() for a in all_],
)
def test_no_other_address_may_be_asked(address: str) -> None:
    """However it is written, and whatever it carries inside."""
    assert not AddressPolicy([]).permits("photos.example", address, 80)


@pytest.mark.parametrize(
    ("allowed", "host", "address", "port", "permitted"),
    [
        ("10.0.0.0/8", "nas", "10.9.8.7", 80, True),
        ("10.0.0.0/8", "nas", "11.9.8.7", 80, True),  # public anyway
        ("10.0.0.0/8", "nas", "192.168.0.1", 80, False),
        ("10.0.0.0/8", "nas", "::ffff:10.9.8.7", 80, False),
        ("10.0.0.7", "10.0.0.7", "10.0.0.7", 8080, True),
        ("10.0.0.7:80", "nas", "10.0.0.7", 80, True),
        ("10.0.0.7:80", "nas", "10.0.0.7", 81, False),
        ("[::1]:80", "::1", "::1", 80, True),
        ("[::1]:80", "::1", "::1", 443, False),
        ("fd00::/8", "nas", "fd00::1%eth0", 80, True),
        ("NAS.home", "nas.home.", "192.168.0.1", 80, True),
        ("nas.home", "other.home", "192.168.0.1", 80, False),
        ("nas.home", "nas.home.example", "192.168.0.1", 80, False),
        ("nas.home:81", "nas.home", "192.168.0.1", 81, True),
        ("nas.home:81", "nas.home", "192.168.0.1", 80, False),
        ("käse.home", "xn--kse-qla.home", "192.168.0.1", 80, True),
        ("0.0.0.0/0", "nas", "169.254.169.254", 80, True),
    ],
)
def test_the_operator_allows_exceptions(
    allowed: str, host: str, address: str, port: int, *, permitted: bool
) -> None:
    """A network or address by where a host leads, a name by what was asked for; a port if named."""
    assert AddressPolicy([allowed]).permits(host, address, port) is permitted


@pytest.mark.parametrize(
    "allowed",
    [
        "",
        "*",
        "*.home",
        "http://nas.home/",
        "nas home",
        "nas:0",
        "nas:99999",
        "2130706433",
        "127.1",
    ],
)
def test_an_exception_that_cannot_be_read_is_no_setting(allowed: str) -> None:
    """A mistake must not stand there as if it protected or allowed something."""
    with pytest.raises(ValidationError, match="allow_addresses\n"):
        DownloadSettings(allow_addresses=[allowed])


def test_a_network_is_named_by_its_first_address() -> None:
    """Who writes 10.0.0.7/8 may mean one machine and would allow sixteen million."""
    with pytest.raises(ValidationError, match=r"10\.0\.0\.7/8 has host bits set"):
        DownloadSettings(allow_addresses=["10.0.0.7/8"])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://192.168.1.5/list.csv", "192.168.1.5:80"),
        ("HTTPS://me:secret@Nas.home/list.csv?a=b", "nas.home:443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://127.0.0.1:8417", "127.0.0.1:8417"),
        ("http:///list.csv", None),
        ("http://[::1", None),
        ("http://nas:port/", None),
        ("http://a..b/", None),
    ],
)
def test_an_address_that_somebody_typed_can_be_allowed(url: str, origin: str | None) -> None:
    """As its host and port, and nothing else of that host."""
    assert origin_of(url) == origin
