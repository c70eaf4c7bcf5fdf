"""Stretches in which somebody is kept apart or held by restraints, and each thing done for them meanwhile."""

from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import PersonRow

VISITS = ("review", "medical", "mental_health", "exam", "evaluation", "check_in", "out_of_cell")
STEPS = ("order", "check", "face", "care", "renew", "review")
ORIGINS = ("unit", "told")


class Confinement(PersonRow):
    """One stretch of restrictive housing: since when, how much contact there is, and whether the law calls it isolated."""

    facility_id = models.UUIDField(null=True)
    place = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8)
    origin = models.CharField(max_length=5)
    tier = models.CharField(max_length=12)
    isolated = models.BooleanField(default=False)
    isolated_since = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField()
    noticed_by = models.CharField(max_length=160)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=["planned", "running", "ended"]), name="restriction_confinement_state"
            ),
            models.CheckConstraint(condition=Q(origin__in=ORIGINS), name="restriction_confinement_origin"),
            models.UniqueConstraint(
                fields=["person"], condition=~Q(state="ended"), name="restriction_confinement_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", since__isnull=True, until__isnull=True)
                | Q(state="running", since__isnull=False, until__isnull=True)
                | Q(state="ended", until__isnull=False),
                name="restriction_confinement_times",
            ),
            models.CheckConstraint(
                condition=Q(isolated=False) | Q(isolated_since__isnull=False), name="restriction_confinement_isolated"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="restriction_confinement_period",
            ),
        ]
        indexes = [
            models.Index(fields=["facility_id"], name="restriction_apart_here", condition=~Q(state="ended")),
            models.Index(fields=["person", "-noticed_at"], name="restriction_apart_person"),
        ]


class ConfinementVisit(PersonRow):
    """One thing done for somebody kept apart: the review, a round, an examination, time out of the cell; never changed."""

    confinement = models.ForeignKey(Confinement, on_delete=models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=13)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    items = models.JSONField(default=list)
    words = models.TextField(blank=True)
    minutes = models.PositiveIntegerField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=VISITS), name="restriction_visit_kind"),
            models.CheckConstraint(
                condition=Q(kind="out_of_cell", minutes__isnull=False, words="")
                | ~Q(kind="out_of_cell") & Q(minutes__isnull=True),
                name="restriction_visit_minutes",
            ),
        ]
        indexes = [models.Index(fields=["confinement", "-at"], name="restriction_visit_of")]


class Restraint(PersonRow):
    """One stretch in restraints or seclusion: whose decision, which device, until when the order holds."""

    facility_id = models.UUIDField(null=True)
    place = models.CharField(max_length=60, blank=True)
    decided_by = models.CharField(max_length=8)
    device = models.CharField(max_length=20)
    since = models.DateTimeField()
    applied_by = models.CharField(max_length=160)
    ordered_by = models.CharField(max_length=160, blank=True)
    order_until = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(decided_by="clinical", order_until__isnull=False)
                | Q(decided_by="custody", order_until__isnull=True, ordered_by=""),
                name="restriction_restraint_decided_by",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(until__isnull=True), name="restriction_restraint_one_running"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by="") | Q(until__gte=F("since")) & ~Q(ended_by=""),
                name="restriction_restraint_period",
            ),
        ]
        indexes = [
            models.Index(fields=["facility_id"], name="restriction_held_here", condition=Q(until__isnull=True)),
            models.Index(fields=["person", "-since"], name="restriction_held_person"),
        ]


class RestraintStep(PersonRow):
    """One thing done for somebody in restraints: order, look, face to face, care, renewal, review; never changed."""

    restraint = models.ForeignKey(Restraint, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=6)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    items = models.JSONField(default=list)
    words = models.TextField(blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=STEPS), name="restriction_step_kind"),
        ]
        indexes = [models.Index(fields=["restraint", "-at"], name="restriction_step_of")]
