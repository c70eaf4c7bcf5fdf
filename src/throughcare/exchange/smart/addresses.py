"""Which addresses an app may be called back at, and which hosts its keys are fetched from. Pure, but for the look-up of a name."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "::1", "localhost"})
# A program on a phone is called back by a name of its own, written like a domain backwards (RFC 8252, 7.1).
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9-]+)+")

# A host stands in a header of ours (Content-Security-Policy), where a comma or semicolon would say something else.
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]*")


def wrong_address(address: str, *, redirect: bool = True) -> str:
    """Say what is wrong with an address to which somebody is sent; nothing where it may stand."""
    parts = urlsplit(address)
    if any(c.isspace() or ord(c) < 33 or ord(c) > 126 for c in address) or "\\" in address:
        return "Write it without spaces, in plain letters."
    if parts.fragment or "#" in address:
        return "It must not have a part after #."
    if not _HOST.fullmatch(parts.netloc):
        return "Its host holds signs that no host has."
    if parts.scheme == "https" and parts.hostname:
        return ""
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return ""
    if redirect and _OWN_SCHEME.fullmatch(parts.scheme):
        return ""
    return (
        "Use https, an address of the device itself (http://127.0.0.1), or an app's own scheme such as com.example.app."
    )


def origin_of(address: str) -> str:
    """Give scheme and host of an address, as a browser says where it comes from."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") else f"{parts.scheme}:"


class NotOutside(Exception):
    """A name that is asked for keys leads into our own network, or nowhere."""


def outside(host: str, port: int) -> tuple[str, int]:
    """Find the address of a host of the outside world; refuses every other, so that nobody has us ask our own machines.

    What is found here is what is connected to: the name is not looked up a second time.
    """
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise NotOutside("this name leads nowhere") from None
    if not found or not all(_public(one) for one in found):
        raise NotOutside("this name leads into a network that is not the outside world")
    return sorted(found)[0], port


def _public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        found = mapped
    return found.is_global and not found.is_multicast
