"""Stays, their moves, and what the moves make true: where somebody is housed, where they are out to, and by what law."""

from django.db import models
from django.db.models import F, Q

from throughcare.custody.models.places import Bed, Facility, Unit
from throughcare.custody.rules import AWAY_KINDS, MOVE_KINDS, STAY_STATES
from throughcare.kernel.models import PersonRow


def _period(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name=name)


class Stay(PersonRow):
    """One time in the agency's custody, from admission until its last segment of legal status in custody ends."""

    booking_number = models.CharField(max_length=40, blank=True)
    admitted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="open")

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=STAY_STATES), name="custody_stay_state"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state="ended", ended_at__gte=F("admitted_at"))
                | Q(state="cancelled", ended_at__isnull=True),
                name="custody_stay_ended",
            ),
        ]
        indexes = [models.Index(fields=["admitted_at"], name="custody_stay_admitted")]


class Move(PersonRow):
    """One thing that custody did with the person. It is never changed, only cancelled."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    from_facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, related_name="+")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    from_bed = models.ForeignKey(Bed, on_delete=models.PROTECT, null=True, related_name="+")
    to_facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    to_bed = models.ForeignKey(Bed, on_delete=models.PROTECT, null=True, related_name="+")
    bed_named = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=80, blank=True)
    destination = models.CharField(max_length=60, blank=True)
    planned = models.BooleanField(default=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    source_ref = models.CharField(max_length=120, blank=True)
    moved_by = models.CharField(max_length=160)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=160, blank=True)
    cancel_why = models.CharField(max_length=200, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["stay", "n"], name="custody_move_order"),
            models.CheckConstraint(condition=Q(kind__in=MOVE_KINDS), name="custody_move_kind"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by="")
                | Q(cancelled_at__isnull=False) & ~Q(cancelled_by=""),
                name="custody_move_cancelled",
            ),
        ]
        indexes = [
            models.Index(fields=["to_facility", "happened_at"], name="custody_move_arrivals"),
            models.Index(fields=["from_facility", "happened_at"], name="custody_move_departures"),
        ]


class MadeByMove(PersonRow):
    """A dated fact that one move opened and another may close. Cancelling the move takes exactly that back."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Move, on_delete=models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(Move, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled = models.BooleanField(default=False)

    class Meta(PersonRow.Meta):
        abstract = True


class LegalStatus(MadeByMove):
    """A segment of legal status, with what the content of its day said of it; custody's lens ends with it (ruling 9)."""

    kind = models.CharField(max_length=60)
    in_custody = models.BooleanField()
    custody_sees = models.BooleanField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(custody_sees=False) | Q(in_custody=True), name="custody_legalstatus_custody_sees"
            ),
            _period("custody_legalstatus_period"),
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(until__isnull=True, cancelled=False), name="custody_legalstatus_now"
            )
        ]


class Placement(MadeByMove):
    """Where the person is housed: at a facility at least; in a bed once that is confirmed."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, null=True, related_name="+")
    bed_named = models.CharField(max_length=40, blank=True)
    confirmed = models.BooleanField(default=False)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            _period("custody_placement_period"),
            models.CheckConstraint(
                condition=Q(confirmed=False) | Q(bed__isnull=False), name="custody_placement_confirmed_bed"
            ),
            models.CheckConstraint(
                condition=Q(bed__isnull=True) | Q(unit__isnull=False), name="custody_placement_bed_in_unit"
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility", "unit"],
                condition=Q(until__isnull=True, cancelled=False),
                name="custody_placement_now",
            ),
            models.Index(fields=["facility", "until"], name="custody_placement_left"),
        ]


class Away(MadeByMove):
    """Out of the facility for a while: at court, in hospital, on furlough; or escaped."""

    kind = models.CharField(max_length=12)
    place = models.CharField(max_length=80, blank=True)
    expected_back = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=AWAY_KINDS), name="custody_away_kind"),
            _period("custody_away_period"),
        ]
