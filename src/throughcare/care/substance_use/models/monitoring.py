"""Withdrawal monitoring: an episode of one substance, its checks, and each offer of treatment with its answer."""

from django.db import models
from django.db.models import Q

from throughcare.care.substance_use import states
from throughcare.kernel.models import PersonRow

SUBSTANCES = ("opioid", "alcohol", "sedative", "stimulant")


class Episode(PersonRow):
    """Monitoring of one substance, from the answer or the clinician that opened it to the order that ended it."""

    facility_id = models.UUIDField(null=True)
    substance = models.CharField(max_length=12)
    state = models.CharField(max_length=12, default="active")
    because = models.CharField(max_length=240)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=160)
    prior_severe = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    ended_why = models.CharField(max_length=240, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decision = models.CharField(max_length=20, blank=True)
    decision_words = models.CharField(max_length=400, blank=True)
    table_version = models.CharField(max_length=40)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.EPISODE.check("state", "substance_use_episode_state"),
            models.CheckConstraint(condition=Q(substance__in=SUBSTANCES), name="substance_use_episode_substance"),
            models.CheckConstraint(
                condition=Q(state="active", ended_at__isnull=True, ended_by="", ended_why="")
                | ~Q(state="active") & Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_why=""),
                name="substance_use_episode_ended",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by="", decision="")
                | Q(decided_at__isnull=False) & ~Q(decided_by="") & ~Q(decision=""),
                name="substance_use_episode_decided",
            ),
            models.UniqueConstraint(
                fields=["person", "substance"], condition=Q(state="active"), name="substance_use_episode_one"
            ),
        ]
        indexes = [models.Index(fields=["person", "-opened_at"], name="substance_use_episode_person")]


class Check(PersonRow):
    """One check: scored, or why it could not be; what was seen and measured, and what it was taken to mean."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="checks")
    facility_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    response = models.ForeignKey("chart.FormResponse", on_delete=models.PROTECT, null=True, related_name="+")
    score = models.SmallIntegerField(null=True)
    band = models.CharField(max_length=40, blank=True)
    measured = models.JSONField(default=dict)
    signs = models.JSONField(default=list)
    words = models.CharField(max_length=400, blank=True)
    level = models.CharField(max_length=16, default="routine")
    reasons = models.JSONField(default=list)
    next_at = models.DateTimeField()
    next_why = models.CharField(max_length=200)
    may_end = models.BooleanField(default=False)
    table_version = models.CharField(max_length=40)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=states.KINDS), name="substance_use_check_kind"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(kind="scored", response__isnull=False),
                name="substance_use_check_score_is_a_forms",
            ),
        ]
        indexes = [models.Index(fields=["episode", "-at"], name="substance_use_check_episode")]


class Offer(PersonRow):
    """Treatment offered to somebody, at whatever score, and what they answered; it may be offered again at any time."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, null=True, related_name="+")
    facility_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    answer = models.CharField(max_length=10)
    wish = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=400, blank=True)
    pregnant = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="en")
    interpreter = models.CharField(max_length=80, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(answer__in=states.ANSWERS), name="substance_use_offer_answer"),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="substance_use_offer_person")]
