"""The only writers of mental health: the watch, its rounds and posts, assessments, plans, visits, acts, findings, door tags."""

from throughcare.care.mental_health.actions.assessing import (
    Found,
    assess_watch,
    record_follow_up,
    write_safety_plan,
)
from throughcare.care.mental_health.actions.doors import make_door_tags, replace_door_tag
from throughcare.care.mental_health.actions.findings import answer_finding
from throughcare.care.mental_health.actions.harm import class_self_harm, record_self_harm
from throughcare.care.mental_health.actions.ordering import end_watch, order_watch, raise_watch, start_watch
from throughcare.care.mental_health.actions.paper import Written, enter_paper_rounds
from throughcare.care.mental_health.actions.posts import leave_post, take_post
from throughcare.care.mental_health.actions.rounds import Round, look_at_watches, record_round

__all__ = [
    "Found",
    "Round",
    "Written",
    "answer_finding",
    "assess_watch",
    "class_self_harm",
    "end_watch",
    "enter_paper_rounds",
    "leave_post",
    "look_at_watches",
    "make_door_tags",
    "order_watch",
    "raise_watch",
    "record_follow_up",
    "record_round",
    "record_self_harm",
    "replace_door_tag",
    "start_watch",
    "take_post",
    "write_safety_plan",
]
