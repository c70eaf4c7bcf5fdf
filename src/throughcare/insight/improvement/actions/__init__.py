"""The only writers of projects, their turns, annotations, targets and meetings. No patient is named in any of them."""

from throughcare.insight.improvement.actions.charts import annotate, set_target, take_annotation_back
from throughcare.insight.improvement.actions.meetings import record_meeting
from throughcare.insight.improvement.actions.projects import (
    conclude_project,
    decide_act,
    plan_cycle,
    record_done,
    record_study,
    start_project,
)

__all__ = [
    "annotate",
    "conclude_project",
    "decide_act",
    "plan_cycle",
    "record_done",
    "record_meeting",
    "record_study",
    "set_target",
    "start_project",
    "take_annotation_back",
]
