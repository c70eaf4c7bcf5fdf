"""What a page needs that works without a network: addresses, sentences, and what else may go along. Nobody's data."""

from typing import Any

from django.urls import reverse

from throughcare.devices.ports import KINDS
from throughcare.kernel.lens import Lens
from throughcare.ui import wording

WORDS = "devices.js."
DOORS = ("enrol", "bundle", "return", "sync", "worker")


def needs(kind: str, lens: Lens) -> dict[str, Any]:
    """Give what a page of this kind hands to `devices/tablet.js` in its `data-tablet`."""
    return {
        "kind": kind,
        "kinds": {name: wording.t(f"devices.kind.{name}") for name, k in KINDS().items() if k.carry.allows(lens)},
        "addresses": {name: reverse(f"device_{name}") for name in DOORS},
        "words": wordings(WORDS),
    }


def wordings(prefix: str) -> dict[str, str]:
    """Give a page's script its sentences, placeholders kept."""
    found = wording.table("en")
    return {k.removeprefix(prefix): v for k, v in found.items() if k.startswith(prefix) and isinstance(v, str)}
