"""Persons, their identifiers and names; a merge is a link from one person to another and nothing else."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import PersonRow, Row

SEXES = ("female", "male", "other", "unknown")


class Person(Row):
    """One human being as one chart knows them. `survivor` points to the chart that stands for both after a merge.

    The two generated columns let a plain foreign key hold the depth at one: a survivor is never merged itself.
    """

    family = models.CharField(max_length=80)
    given = models.CharField(max_length=80)
    middle = models.CharField(max_length=80, blank=True)
    used_name = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True)
    birth_date_estimated = models.BooleanField(default=False)
    sex = models.CharField(max_length=7, default="unknown")
    race_ethnicity = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=12, default="en")
    needs_interpreter = models.BooleanField(default=False)
    deceased_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)
    survivor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged_charts")
    merged = models.GeneratedField(
        expression=models.ExpressionWrapper(Q(survivor__isnull=False), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    search = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=SEXES), name="people_person_sex"),
            models.CheckConstraint(condition=~Q(survivor=F("id")), name="people_person_not_its_own_survivor"),
            models.UniqueConstraint(fields=["id", "merged"], name="people_person_id_merged"),
        ]
        indexes = [
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="people_person_search"),
            models.Index(fields=["birth_date", "family"], name="people_person_birth"),
        ]


class Identifier(PersonRow):
    """A number by which some system knows the person. While it is in use, it is one person's only."""

    system = models.CharField(max_length=120)
    value = models.CharField(max_length=80)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["system", "value"], condition=Q(until__isnull=True), name="people_identifier_one_holder"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="people_identifier_period"
            ),
        ]


class Alias(PersonRow):
    """Another name under which the person has been known, and to whom."""

    family = models.CharField(max_length=80)
    given = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True)
    source = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["person", "family", "given"], name="people_alias_once"),
        ]


class MergeProposal(Row):
    """Two charts that may be one person's; a person decides (ruling 12)."""

    a = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    b = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)
    source = models.CharField(max_length=80)
    state = models.CharField(max_length=10, default="open")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], condition=Q(state="open"), name="people_mergeproposal_one_open"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="people_mergeproposal_ordered"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | Q(state__in=["merged", "apart", "unmerged"], decided_at__isnull=False),
                name="people_mergeproposal_decided",
            ),
        ]


class SettledFact(Row):
    """What a person decided, after a link was taken away, of a fact written while it stood."""

    loser = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=60)
    fact = models.UUIDField()
    verdict = models.CharField(max_length=8)
    why = models.CharField(max_length=200)
    settled_at = models.DateTimeField()
    settled_by = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loser", "type", "fact"], name="people_settledfact_once"),
            models.CheckConstraint(condition=Q(verdict__in=("stays", "anew")), name="people_settledfact_verdict"),
        ]
