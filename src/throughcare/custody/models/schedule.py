"""Custody's own plans: court, transfers, expected releases, visits."""

from django.db import models
from django.db.models import F, Q

from throughcare.custody.models.places import Facility, Unit
from throughcare.custody.rules import CONFIDENCE, SCHEDULE_KINDS, SCHEDULE_STATES
from throughcare.kernel.models import PersonRow


class ScheduledEvent(PersonRow):
    """Something that custody plans with a person; an expected release says how sure it is."""

    kind = models.CharField(max_length=10)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=80, blank=True)
    to_facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    confidence = models.CharField(max_length=9, default="fixed")
    state = models.CharField(max_length=9, default="planned")
    source = models.CharField(max_length=80)
    source_ref = models.CharField(max_length=120, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=SCHEDULE_KINDS), name="custody_scheduledevent_kind"),
            models.CheckConstraint(condition=Q(confidence__in=CONFIDENCE), name="custody_scheduledevent_confidence"),
            models.CheckConstraint(condition=Q(state__in=SCHEDULE_STATES), name="custody_scheduledevent_state"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="custody_scheduledevent_period"
            ),
            models.CheckConstraint(
                condition=~Q(kind="transfer") | Q(to_facility__isnull=False), name="custody_scheduledevent_transfer_to"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(kind="release", state="planned"), name="custody_one_expected_release"
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at", "kind"], condition=Q(state="planned"), name="custody_scheduledevent_plan"
            ),
            models.Index(
                fields=["person", "starts_at"], condition=Q(state="planned"), name="custody_scheduledevent_person"
            ),
        ]
