"""What officers are told: operational alerts on a person, lockdowns of a unit. Neither has room for a clinical reason."""

from django.db import models
from django.db.models import F, Q

from throughcare.custody.models.places import Facility, Unit
from throughcare.kernel.models import PersonRow, Row


class OperationalAlert(PersonRow):
    """A sentence of reviewed content that officers act on until it ends.

    There is no free text: the words are those of the template and typed values. `reason_ref` is the id of the
    clinical fact behind it; what that is stands in the chart, where custody's lens does not reach.
    """

    template = models.CharField(max_length=60)
    template_version = models.CharField(max_length=20)
    values = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=160)
    # None: until somebody ends it.
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    reason_ref = models.UUIDField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("raised_at")), name="custody_operationalalert_period"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | Q(ended_at__gte=F("raised_at")) & ~Q(ended_by=""),
                name="custody_operationalalert_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "until"], condition=Q(ended_at__isnull=True), name="custody_operationalalert_now"
            )
        ]


class Lockdown(Row):
    """A unit, or a whole facility where no unit is named, in which nobody moves."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=160)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | Q(ended_at__gte=F("started_at")) & ~Q(ended_by=""),
                name="custody_lockdown_ended",
            )
        ]
