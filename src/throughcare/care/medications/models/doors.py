"""Crossings: a move and the doses in its shadow; one line for each order, which says who covers it (clinical.md TRN-03, REL-02)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from throughcare.care.medications import states
from throughcare.care.medications.rules.covering import Door
from throughcare.kernel.models import PersonRow


class Crossing(PersonRow):
    """One move of one person through a door, planned or sudden, while medicines are ordered for them.

    `uncovered` counts the time-critical orders that still lack something; as long as it is not zero, `owned` says that a duty
    is open for them. `scheduled_id` is custody's plan, `move_id` the move itself once it happens.
    """

    # Its lines are doses of a sealed programme: shown where those are shown, and nowhere else.
    sealed = models.BooleanField(default=False)
    door = models.CharField(max_length=10)
    state = models.CharField(max_length=9, default="planned")
    planned = models.BooleanField(default=True)
    scheduled_id = models.UUIDField(null=True)
    move_id = models.UUIDField(null=True)
    from_facility_id = models.UUIDField(null=True)
    to_facility_id = models.UUIDField(null=True)
    place = models.CharField(max_length=80, blank=True)
    leaves_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    receiver = models.CharField(max_length=120, blank=True)
    uncovered = models.PositiveSmallIntegerField(default=0)
    waiting = models.PositiveSmallIntegerField(default=0)
    owned = models.BooleanField(default=False)
    asked = models.BooleanField(default=False)
    act_by = models.DateTimeField(null=True)
    # The bag that travels: scanned as it goes onto the van, scanned as it comes; `bag_told` says that a missing one is owned.
    bag_out_at = models.DateTimeField(null=True)
    bag_out_by = models.CharField(max_length=160, blank=True)
    bag_in_at = models.DateTimeField(null=True)
    bag_in_by = models.CharField(max_length=160, blank=True)
    bag_told = models.BooleanField(default=False)
    # Health staff at the other end saw the person come.
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.CROSSING.check("state", "medications_crossing_state"),
            models.CheckConstraint(condition=Q(door__in=[d.value for d in Door]), name="medications_crossing_door"),
            models.CheckConstraint(condition=Q(until__gte=F("leaves_at")), name="medications_crossing_period"),
            models.CheckConstraint(
                condition=Q(uncovered=0) | Q(owned=True) | Q(state="cancelled"), name="medications_crossing_owned"
            ),
            models.UniqueConstraint(
                fields=["scheduled_id", "sealed"], condition=~Q(state="cancelled"), name="medications_crossing_of_plan"
            ),
            models.UniqueConstraint(
                fields=["move_id", "sealed"], condition=~Q(state="cancelled"), name="medications_crossing_of_move"
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(state__in=states.CROSSING_OPEN), name="medications_crossing_of_person"
            ),
            models.Index(
                fields=["from_facility_id", "leaves_at"],
                condition=Q(state__in=states.CROSSING_OPEN),
                name="medications_crossing_from",
            ),
            models.Index(
                fields=["to_facility_id", "leaves_at"],
                condition=Q(state__in=states.CROSSING_OPEN),
                name="medications_crossing_to",
            ),
            models.Index(
                fields=["until"], condition=Q(state__in=states.CROSSING_OPEN), name="medications_crossing_until"
            ),
        ]


class CrossingLine(PersonRow):
    """One order at one door: its doses in the shadow, and who has its supply, its next-dose time and its receiver.

    `order_id` may be an order of a linked chart of the same person, so it is no reference over both columns.
    """

    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="lines")
    order_id = models.UUIDField()
    text = models.CharField(max_length=200)
    sig = models.CharField(max_length=300, blank=True)
    mode = models.CharField(max_length=8)
    critical = models.BooleanField()
    controlled = models.BooleanField(default=False)
    opioid_treatment = models.BooleanField(default=False)
    doses = ArrayField(models.UUIDField(), default=list)
    first_due_at = models.DateTimeField(null=True)
    act_by = models.DateTimeField(null=True)
    early_from = models.DateTimeField(null=True)
    ways = ArrayField(models.CharField(max_length=16), default=list)
    lacks = ArrayField(models.CharField(max_length=16), default=list)
    covered_at = models.DateTimeField(null=True)
    # What was confirmed, by whom; empty until somebody does.
    way = models.CharField(max_length=16, blank=True)
    supplied = models.PositiveSmallIntegerField(default=0)
    receiver = models.CharField(max_length=120, blank=True)
    told_next_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=240, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["crossing", "order_id"], name="medications_crossing_line_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="", way="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(way=""),
                name="medications_crossing_line_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(lacks__len=0) | Q(covered_at__isnull=True), name="medications_crossing_line_covered"
            ),
        ]
