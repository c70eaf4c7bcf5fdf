"""A programme's own record under 42 CFR Part 2: sealed rows, whose bodies the database can't read."""

from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import PersonRow
from throughcare.kernel.vocabulary import DataClass

OUTCOMES = ("answered", "closed", "no-answer", "wrong-number", "would-not-say")
KINDS = ("diagnosis", "exam", "plan", "drug_test", "counselling", "dual_check", "note")


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


class OutsideCall(Sealed):
    """One try to reach an outside programme about a last dose: who called, when, what came of it, when it is tried again."""

    outcome = models.CharField(max_length=16)
    next_try_at = models.DateTimeField(null=True)

    class Meta(Sealed.Meta):
        constraints = [
            *Sealed.Meta.constraints,
            models.CheckConstraint(condition=Q(data_class=DataClass.PART2.value), name="substance_use_call_class"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="substance_use_call_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="answered") | Q(next_try_at__isnull=False), name="substance_use_call_tried_again"
            ),
        ]
        indexes = [models.Index(fields=["person", "-recorded_at"], name="substance_use_call_person")]


class Enrolment(Sealed):
    """Somebody's part in a programme, from their consent to its end; a programme is a legal entity of its own."""

    since = models.DateField()
    until = models.DateField(null=True)

    class Meta(Sealed.Meta):
        constraints = [
            *Sealed.Meta.constraints,
            models.CheckConstraint(condition=Q(data_class=DataClass.PART2.value), name="substance_use_enrolment_class"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="substance_use_enrolment_period"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(until__isnull=True), name="substance_use_enrolment_one"
            ),
        ]


class EnrolmentEntry(Sealed):
    """One thing that a programme's record must hold: diagnosis, examination, plan, drug test, counselling offered, check."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16)
    on = models.DateField()

    class Meta(Sealed.Meta):
        constraints = [
            *Sealed.Meta.constraints,
            models.CheckConstraint(condition=Q(data_class=DataClass.PART2.value), name="substance_use_entry_class"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="substance_use_entry_kind"),
        ]
        indexes = [models.Index(fields=["enrolment", "-on"], name="substance_use_entry_on")]
