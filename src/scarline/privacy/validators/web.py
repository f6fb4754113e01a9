"""Machines and pages: mail and network addresses, and what URLs tell of who asked."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import re2

_NOT_DIGIT = re2.compile(r"[^0-9]+")
_NO_HANDLE = (
    " intent share sharer sharer.php share.php home search i hashtag login signup settings explore"
    " privacy tos terms about help legal jobs p reel reels tv stories watch events groups pages"
    " dialog plugins tr policies policy business developers dev docs api embed oauth v2 download"
    " messages notifications compose logout accounts directory joinchat addstickers js en-us www"
    " c channel user creators marketplace gaming hashtags photo.php permalink.php story.php ads"
    " permalink people company codeofconduct "
)
_OPEN = ("$", "{", "<", "%(", "%s", "[", "*", "...", "\N{HORIZONTAL ELLIPSIS}", ":", "}}")
_STAND_INS = (
    " user pass password passwd pwd username token secret key apikey api_key name login your xxx"
    " none null true false undefined nil redacted filtered masked hidden removed bearer string"
    " scott:tiger user:pass user:password username:password user:pwd id value code test:test git"
    " dropped basic jwt email phone me self example foo bar baz all any 0 1 "
)
_MACHINES = ("git", "hg", "svn")
_NO_TLD = (
    " png jpg jpeg gif svg webp ico bmp css js mjs ts tsx jsx json html htm xml yml yaml toml lock"
    " txt csv log pdf gz tgz bz2 xz whl jar war exe dll pyc service socket target timer mount slice"
    " scope device path git shape sum mean dot transpose astype reshape "
)
_LOW = 10
"""An address of four parts that are lower, or all but one, is rather a version or a section."""

_LONGEST = 60
"""Characters of an address, its points written out, too; a row of more numbers is none."""

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918
_UNICAST = (
    *map(IPv6Network, ("2000::/3", "fc00::/7", "fe80::/10", "ff00::/8", "64:ff9b::/96")),
    *map(IPv6Network, ("::ffff:0:0/96", "::ffff:0:0:0/96")),
)


def email(value: str) -> bool:
    """Return whether the part after the @ can be a mail domain, and no version or file."""
    local, _, domain = value.rpartition("@")
    labels = domain.lower().split(".")
    top = labels[-1]
    if local.lower() in _MACHINES or f" {top} " in _NO_TLD or len(top) + (not top.isascii()) <= 1:
        return False
    if not top.startswith("xn--") and any(it in "0123456789-_" for it in top):
        return False
    return not all(it.lstrip("v").isdigit() for it in labels[:2]) or len(labels) == 2  # noqa: PLR2004


def email_spelled(value: str) -> bool:
    """Return whether an address is in disguise: with something other than ``@`` and dots."""
    low = value.lower()
    signs = any(it in low for it in ("[", "(", "{", "<", " dot "))
    return signs or ("_at_" in low and "_dot_" in low)


def email_spoken(value: str) -> bool:
    """Return whether the ends of an address are spelled ``at`` and ``dot``, or both are apart."""
    low = value.lower()
    return " dot " in low if " at " in low else " @ " in low or " ." in low or ". " in low


def _ipv4(value: str) -> IPv4Address | None:
    bare = value.partition("/")[0].partition(":")[0]
    if len(bare) > _LONGEST:
        return None
    bare = ".".join(it for it in _NOT_DIGIT.split(bare) if it)
    try:
        address = IPv4Address(bare)
    except ValueError:
        return None
    netmask = address.packed[0] in (0, 255)
    return None if address.is_loopback or netmask else address


def ip_named(value: str) -> bool:
    """Return whether ``value`` is an IPv4 address other than this machine, masks, wildcards."""
    return _ipv4(value) is not None


def ip_public(value: str) -> bool:
    """Return whether ``value`` is such an address and can be anybody's outside of a network."""
    address = _ipv4(value)
    return address is not None and not any(address in it for it in _PRIVATE)


def ip_address(value: str) -> bool:
    """Return whether ``value`` is such an address even if nothing says so."""
    address = _ipv4(value)
    if address is None:
        return False
    identifier = value.startswith(("1.3.", "2.5.29.", "2.16.84"))  # of ISO's tree
    high = sum(it >= _LOW for it in address.packed)
    few = address.packed[0] < _LOW and high < 2 and ":" not in value  # noqa: PLR2004
    return not identifier and high > 0 and not few and not value.endswith(".0.0.0")


def ipv6_address(value: str) -> bool:
    """Return whether ``value`` is an IPv6 address that is assigned to somebody."""
    bare = value.partition("/")[0].partition("%")[0]
    try:
        address = IPv6Address(bare)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified:
        return False
    whole = "::" not in bare
    return (whole and int(address) >> 96 != 0) or any(address in it for it in _UNICAST)


def mac_address(value: str) -> bool:
    """Return whether ``value`` has the form of EUI-48 and is neither empty nor everyone's."""
    digits = "".join(it for it in value if it not in ":-.")
    plain = digits.isdigit() and ":" not in value
    return mac_named(value) and (not plain or ("-" in value and max(value.split("-")) >= "60"))


def mac_named(value: str) -> bool:
    """Return whether ``value`` has the twelve digits of one and is not empty or everyone's."""
    groups = [it for it in re2.split("[:.-]", value) if it]
    digits = "".join(it.zfill(2) for it in groups).lower()
    return len(digits) == 12 and len(set(digits)) > 1  # noqa: PLR2004


def parameter(value: str) -> bool:
    """Return whether the value of a parameter is one, and no stand-in for it."""
    low = value.lower()
    if (
        low.startswith(_OPEN)
        or f" {low} " in _STAND_INS
        or "your" in low
        or set(low) <= set("x*.-_")
    ):
        return False
    return not low.startswith(("example_", "test_token", "my_", "%7b", "dummy"))


def random_parameter(value: str) -> bool:
    """Return whether ``value`` looks drawn: letters of both cases or with digits, no words."""
    digits = sum(it.isdigit() for it in value)
    cases = (value != value.lower()) + (value != value.upper()) + (digits > 1)
    return parameter(value) and cases > 1 and digits * 20 >= len(value)


def userinfo(value: str) -> bool:
    """Return whether what stands before the host of an address names or opens something."""
    user, _, password = value.partition(":")
    if f" {value.lower()} " in _STAND_INS or (user.lower() in _MACHINES and not password):
        return False
    return bool(value) and parameter(password or user)


def handle(value: str) -> bool:
    """Return whether the end of an address is a person's, not one of the site's own pages."""
    return f" {value.lower()} " not in _NO_HANDLE and len(value) > 1


CHECKS: Mapping[str, Callable[[str], bool]] = {
    it.__name__: it
    for it in (
        email,
        email_spelled,
        email_spoken,
        ip_named,
        ip_public,
        ip_address,
        ipv6_address,
        mac_address,
        mac_named,
        parameter,
        random_parameter,
        userinfo,
        handle,
    )
}
