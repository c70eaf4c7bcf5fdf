"""Treatment by a programme under 42 CFR Part 2: sealed tables, whose bodies the database can't read."""

from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import PersonRow
from throughcare.kernel.vocabulary import DataClass

STATES = ("active", "stopped", "completed")
KINDS = (
    "dose",
    "reassessed",
    "diversion",
    "enrolment_check",
    "guest",
    "letter",
    "three_day",
    "source",
    "outside_report",
)


class Sealed(PersonRow):
    """What every sealed row says of itself in the open: whose, of which class, where and by whom; the rest is encrypted."""

    data_class = models.CharField(max_length=20, default=DataClass.PART2.value)
    facility_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=160)
    recorder_id = models.UUIDField()
    body = models.BinaryField()

    class Meta(PersonRow.Meta):
        abstract = True


class ProgrammeOrder(Sealed):
    """One order of a programme. What is ordered, how much, by whom and on what legal basis stands encrypted in `body`.

    Its doses are rows of `medications_dose` like all others, which name neither the medicine nor its amount.
    """

    status = models.CharField(max_length=20, default="active")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # By which way out of custody it was stopped, as of every other order.
    left_by = models.UUIDField(null=True)
    doses_until = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Sealed.Meta):
        constraints = [
            *Sealed.Meta.constraints,
            models.CheckConstraint(condition=Q(data_class=DataClass.PART2.value), name="medications_programme_class"),
            models.CheckConstraint(condition=Q(status__in=STATES), name="medications_programme_status"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="medications_programme_period"),
            models.CheckConstraint(
                condition=Q(status="active", ended_at__isnull=True) | ~Q(status="active") & Q(ended_at__isnull=False),
                name="medications_programme_ended",
            ),
            models.CheckConstraint(
                condition=Q(left_by__isnull=True) | Q(status="stopped"), name="medications_programme_left"
            ),
        ]
        indexes = [models.Index(fields=["person", "status"], name="medications_programme_person")]


class ProgrammeEntry(Sealed):
    """One thing done under a programme: a dose as it was given, a reassessment, a diversion event, a check, a letter."""

    kind = models.CharField(max_length=20)
    order = models.ForeignKey(ProgrammeOrder, on_delete=models.PROTECT, null=True, related_name="+")
    dose_id = models.UUIDField(null=True)
    happened_at = models.DateTimeField()

    class Meta(Sealed.Meta):
        constraints = [
            *Sealed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(data_class=DataClass.PART2.value), name="medications_programmeentry_class"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="medications_programmeentry_kind"),
        ]
        indexes = [models.Index(fields=["person", "-happened_at"], name="medications_programmeentry_at")]
