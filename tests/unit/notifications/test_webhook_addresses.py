"""A webhook goes to public addresses and nowhere else, however a place is spelled and whatever a name resolves to."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.base.problem import Refused
from services.notifications.domain.webhook_url import target_of
from services.notifications.webhooks.addresses import ForbiddenAddress, UnknownHost, is_public, pinned

REFUSED = [
    "http://example.org/hook",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org:11211/",
    "//example.org/",
    "example.org",
    "https://",
    "https:///hook",
    "https://localhost/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://example.0x7f/",
    "https://127.0.0.1./",
    "https://example.org./",
    "https://1.1.1.1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fd00::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://user@example.org/",
    "https://user:password@example.org/",
    "https://example.org@127.0.0.1/",
    "https://127.0.0.1#@example.org/",
    "https://example.org\\@127.0.0.1/",
    "https://example.org/#fragment",
    "https://example.org:80/",
    "https://example.org:22/",
    "https://example.org:1023/",
    "https://example.org:0/",
    "https://example.org:65536/",
    "https://example.org:x/",
    "https://example.org:/",
    "https://exa mple.org/",
    "https://example.org/a b",
    "https://example.org/\r\nHost: other",
    "https://example.org/\x00",
    "https://ｅxample.org/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://xn--/..",
    "https://-example.org/",
    "https://example-.org/",
    "https://exa_mple.org/",
    "https://example..org/",
    "https://.example.org/",
    "https://%31%32%37.0.0.1/",
    "https://example.org%2f@127.0.0.1/",
    "https://" + "a" * 64 + ".org/",
    "https://" + "a." * 127 + "org/",
    "https://example.org/" + "a" * 500,
]


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_is_not_plain_https_to_a_named_host_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        target_of(url)
    assert refused.value.rule == "webhook-address"


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://perpus.example.org", "perpus.example.org", 443, "/", "perpus.example.org"),
        ("https://Example.ORG/Hook?a=1&b=%20", "example.org", 443, "/Hook?a=1&b=%20", "example.org"),
        ("HTTPS://example.org:443/h", "example.org", 443, "/h", "example.org"),
        ("https://example.org:8443/h", "example.org", 8443, "/h", "example.org:8443"),
        ("https://xn--prpus-9qa.example/h", "xn--prpus-9qa.example", 443, "/h", "xn--prpus-9qa.example"),
        ("https://10.example.org/", "10.example.org", 443, "/", "10.example.org"),
    ],
)
def test_a_named_host_is_taken(url: str, host: str, port: int, path: str, authority: str) -> None:
    target = target_of(url)
    assert (target.secure, target.host, target.port, target.path, target.authority) == (
        True,
        host,
        port,
        path,
        authority,
    )


def test_a_demonstration_reaches_its_allowed_hosts_without_tls() -> None:
    target = target_of("http://127.0.0.1:9/hook", ["127.0.0.1"])
    assert (target.secure, target.authority) == (False, "127.0.0.1:9")
    for url in ("http://127.0.0.2/", "http://localhost/", "http://x@127.0.0.1/", "ftp://127.0.0.1/"):
        with pytest.raises(Refused):
            target_of(url, ["127.0.0.1"])


FORBIDDEN = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254",
    "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "2002:808:808::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_no_public_server_is_forbidden(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(ForbiddenAddress):
        pinned("a.example", 443, (), lambda _host, _port: [address])
    with pytest.raises(ForbiddenAddress):
        pinned("a.example", 443, (), lambda _host, _port: ["8.8.8.8", address])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "103.10.128.1", "2001:4860:4860::8888", "2606:4700::1111"])
def test_a_public_server_is_reached(address: str) -> None:
    assert pinned("a.example", 443, (), lambda _host, _port: [address]) == [address]


@given(st.ip_addresses())
def test_allowed_addresses_are_global_unicast_in_plain_form(address: ipaddress.IPv4Address) -> None:
    if is_public(address):
        assert address.is_global
        for kind in ("is_multicast", "is_private", "is_loopback", "is_link_local", "is_unspecified"):
            assert not getattr(address, kind)
        assert getattr(address, "ipv4_mapped", None) is None
        assert getattr(address, "sixtofour", None) is None
        assert getattr(address, "teredo", None) is None


@given(st.ip_addresses(v=4))
def test_no_wrapping_form_of_an_address_is_allowed(address: ipaddress.IPv4Address) -> None:
    inner = int(address)
    for wrapped in (0xFFFF << 32 | inner, 0x64FF9B << 96 | inner, 0x2002 << 112 | inner << 80, inner):
        assert not is_public(ipaddress.IPv6Address(wrapped))


@given(st.text(max_size=40), st.sampled_from(["https://", "http://", "https://user@", ""]))
def test_every_allowed_url_can_be_requested(text: str, scheme: str) -> None:
    try:
        target = target_of(scheme + text)
    except Refused:
        return
    assert target.secure
    assert "." in target.host
    assert not target.host.replace(".", "").isdecimal()
    assert all(" " < character < "\x7f" for character in target.host + target.path)


@pytest.mark.parametrize("found", [[], ["not an address"], ["fe80::1%eth0"], ["8.8.8.8%eth0"]])
def test_odd_answers_of_the_resolver_are_forbidden(found: list[str]) -> None:
    with pytest.raises((ForbiddenAddress, UnknownHost)):
        pinned("a.example", 443, (), lambda _host, _port: found)


def test_an_unknown_name_is_an_unknown_host() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("unknown")

    with pytest.raises(UnknownHost):
        pinned("a.example", 443, (), resolve)
