"""The only writers of devices: enrol and revoke one, let it take along and give back, take in what it sends, look at what odd."""

from throughcare.devices.actions.carrying import (
    LASTS,
    carrier_of,
    device_of,
    enrol_device,
    return_bundle,
    revoke_device,
    take_bundle,
)
from throughcare.devices.actions.hearing import look_at, review_entry, settle_entry, take_in

__all__ = [
    "LASTS",
    "carrier_of",
    "device_of",
    "enrol_device",
    "look_at",
    "return_bundle",
    "review_entry",
    "revoke_device",
    "settle_entry",
    "take_bundle",
    "take_in",
]
