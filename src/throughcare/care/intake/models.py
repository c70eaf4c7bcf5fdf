"""An arrival and what its answers set going."""

from django.db import models
from django.db.models import Q

from throughcare.care.intake import states
from throughcare.kernel.models import PersonRow


class Arrival(PersonRow):
    """One coming into custody, from the door to the signed screening."""

    stay_id = models.UUIDField()
    facility_id = models.UUIDField()
    arrived_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="arrived")
    lane = models.CharField(max_length=8, default="now")
    officer_flags = models.JSONField(default=list)
    encounter = models.ForeignKey("chart.Encounter", on_delete=models.PROTECT, null=True, related_name="+")
    quick_look = models.ForeignKey("chart.FormResponse", on_delete=models.PROTECT, null=True, related_name="+")
    screening = models.ForeignKey("chart.FormResponse", on_delete=models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    clearance = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=160, blank=True)
    disposition = models.CharField(max_length=40, blank=True)
    reasons = models.JSONField(default=dict)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.ARRIVAL.check("state", "intake_arrival_state"),
            models.CheckConstraint(condition=Q(lane__in=["now", "shift", "later"]), name="intake_arrival_lane"),
            models.CheckConstraint(
                condition=Q(state="signed", signed_at__isnull=False) & ~Q(signed_by="") & Q(screening__isnull=False)
                | ~Q(state="signed") & Q(signed_at__isnull=True, signed_by=""),
                name="intake_arrival_signed",
            ),
            models.UniqueConstraint(fields=["stay_id"], name="intake_arrival_one_a_stay"),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "arrived_at"],
                name="intake_arrival_waiting",
                condition=Q(state__in=["arrived", "looked", "sent_out"]),
            )
        ]


class Effect(PersonRow):
    """One thing that answers call for: an alert, an order, a referral, a watch, an instrument, a duty."""

    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="effects")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=12)
    because = models.JSONField(default=list)
    sentence_en = models.TextField()
    sentence_es = models.TextField()
    owner = models.CharField(max_length=12)
    due = models.CharField(max_length=12)
    source = models.CharField(max_length=120)
    act_type = models.CharField(max_length=40, blank=True)
    act_id = models.UUIDField(null=True)
    called_at = models.DateTimeField()
    acted_at = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.EFFECT.check("state", "intake_effect_state"),
            models.UniqueConstraint(fields=["arrival", "kind", "key"], name="intake_effect_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["alert", "watch", "order", "referral", "instrument", "duty"]),
                name="intake_effect_kind",
            ),
        ]
