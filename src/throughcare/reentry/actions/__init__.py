"""The only writers of going home."""

from throughcare.reentry.actions.bridging import decline_bridge, propose_bridge, send_bridge
from throughcare.reentry.actions.following import hand_on, record_contact
from throughcare.reentry.actions.linking import make_link, open_link, revoke_link
from throughcare.reentry.actions.packets import hand_over_packet, refuse_packet
from throughcare.reentry.actions.planning import (
    Reach,
    Visit,
    answer_step,
    begin_plan,
    describe_plan,
    end_appointment,
    finish_plan,
    make_appointment,
)

__all__ = [
    "Reach",
    "Visit",
    "answer_step",
    "begin_plan",
    "decline_bridge",
    "describe_plan",
    "end_appointment",
    "finish_plan",
    "hand_on",
    "hand_over_packet",
    "make_appointment",
    "make_link",
    "open_link",
    "propose_bridge",
    "record_contact",
    "refuse_packet",
    "revoke_link",
    "send_bridge",
]
