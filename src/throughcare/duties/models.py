"""Duties, refusals, escalations, the roster and handovers: present state, and what the database will not let happen."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from throughcare.access.models import User
from throughcare.kernel.models import PersonRow, Row
from throughcare.kernel.vocabulary import LANE_ORDER, DataClass, Role

OUTCOMES = ("done", "refused", "excused", "converted", "void")
LANES = tuple(lane.value for lane in LANE_ORDER)
CAPACITY = ("has", "fluctuates")
OPEN = Q(closed_at__isnull=True)


class Duty(Row):
    """One obligation of care: who, what, by when, whose. Only open, or closed with an outcome, is stored.

    `subject_id` is the person's; where the duty is a place's or the agency's, theirs. `about` is the thing the duty is
    for where a rule has one duty for each (a request, a result); `cause` says what opened it, so that the same event
    told twice opens once.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    subject_id = models.UUIDField()
    rule = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=64)
    title = models.CharField(max_length=160)
    data_class = models.CharField(max_length=24)
    facility_id = models.UUIDField(null=True)
    owner_role = models.CharField(max_length=12)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lane = models.CharField(max_length=5)

    trigger = models.CharField(max_length=80)
    ref = models.UUIDField(null=True)
    about = models.UUIDField(null=True)
    cause = models.UUIDField(unique=True)
    facts = models.JSONField(default=dict)
    why = models.CharField(max_length=200, blank=True)
    series_start = models.DateTimeField()

    opened_at = models.DateTimeField()
    soon_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)

    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, blank=True)
    closed_by = models.CharField(max_length=160, blank=True)
    closed_event = models.CharField(max_length=80, blank=True)
    closed_ref = models.UUIDField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")
    reopened = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "id"], name="duties_duty_person_row"),
            models.UniqueConstraint(
                fields=["rule", "subject_id", "about"],
                condition=OPEN,
                name="duties_duty_one_open",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="", successor__isnull=True)
                | Q(closed_at__isnull=False, outcome__in=OUTCOMES),
                name="duties_duty_open_or_closed",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refused", "excused", "void"]) | ~Q(reason=""), name="duties_duty_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="converted") | Q(successor__isnull=False), name="duties_duty_names_successor"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="duties_duty_not_backwards"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("opened_at")), name="duties_duty_due_after_opening"),
            models.CheckConstraint(condition=Q(lane__in=LANES), name="duties_duty_lane"),
            models.CheckConstraint(condition=Q(owner_role__in=[r.value for r in Role]), name="duties_duty_owner_role"),
            models.CheckConstraint(condition=Q(data_class__in=[c.value for c in DataClass]), name="duties_duty_class"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(person=F("subject_id")), name="duties_duty_whose"
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "owner_role", "lane", "due_at"], condition=OPEN, name="duties_duty_list"
            ),
            models.Index(fields=["owner_role", "lane", "due_at"], condition=OPEN, name="duties_duty_role"),
            models.Index(fields=["subject_id"], condition=OPEN, name="duties_duty_open_of"),
            models.Index(fields=["owner", "due_at"], condition=OPEN, name="duties_duty_assigned"),
            models.Index(fields=["person", "-opened_at"], name="duties_duty_history"),
            models.Index(fields=["facility_id", "closed_at"], name="duties_duty_closed"),
            # What a place owes of itself is few among many; each tick asks which of its days were begun.
            models.Index(
                fields=["trigger", "opened_at"], condition=Q(person__isnull=True), name="duties_duty_of_place"
            ),
            # When a place last did what its rule asks of it, without reading what is owed to people.
            models.Index(
                fields=["subject_id", "rule", "closed_at"],
                condition=Q(person__isnull=True),
                name="duties_duty_place_rule",
            ),
        ]


class Refusal(PersonRow):
    """A refusal of care: a signed clinical act of a named clinician, witnessed; never a tick by custody."""

    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, related_name="refusal")
    clinician = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    clinician_name = models.CharField(max_length=160)
    said = models.TextField(blank=True)
    risk_told = models.TextField()
    capacity = models.CharField(max_length=10)
    interpreter = models.CharField(max_length=120, blank=True)
    signed_by_person = models.BooleanField()
    witness = models.CharField(max_length=160)
    second_witness = models.CharField(max_length=160, blank=True)
    signed_at = models.DateTimeField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(capacity__in=CAPACITY), name="duties_refusal_capacity"),
            models.CheckConstraint(condition=~Q(risk_told="") & ~Q(witness=""), name="duties_refusal_informed"),
            models.CheckConstraint(
                condition=Q(signed_by_person=True) | ~Q(second_witness=""),
                name="duties_refusal_signed_or_two_witnesses",
            ),
        ]


class RosterShift(Row):
    """Somebody who is there for a role, or can be called: at a facility, or (none) for the agency."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shifts")
    role = models.CharField(max_length=12)
    facility_id = models.UUIDField(null=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    on_call = models.BooleanField(default=False)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="duties_rostershift_period"),
            models.CheckConstraint(condition=Q(role__in=[r.value for r in Role]), name="duties_rostershift_role"),
        ]
        indexes = [models.Index(fields=["facility_id", "ends", "role"], name="duties_rostershift_cover")]


class Escalation(Row):
    """Something that could not wait for its owner: nobody on shift for a role, or a duty late where it stands in the lane "now"."""

    kind = models.CharField(max_length=9)
    facility_id = models.UUIDField(null=True)
    role = models.CharField(max_length=12)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, related_name="escalations")
    to_role = models.CharField(max_length=12)
    raised_at = models.DateTimeField()
    seen_by = models.CharField(max_length=160, blank=True)
    seen_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["uncovered", "late", "asked"]), name="duties_escalation_kind"),
            models.CheckConstraint(
                condition=Q(kind="uncovered", duty__isnull=True) | ~Q(kind="uncovered") & Q(duty__isnull=False),
                name="duties_escalation_of_what",
            ),
            models.UniqueConstraint(
                fields=["kind", "facility_id", "role", "duty"],
                condition=Q(cleared_at__isnull=True),
                name="duties_escalation_one_open",
                nulls_distinct=False,
            ),
        ]


class Handover(Row):
    """What one shift tells the next, with the duties that were open then; accepted by the one who takes over."""

    facility_id = models.UUIDField()
    role = models.CharField(max_length=12)
    shift = models.CharField(max_length=20)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    notes = models.TextField(blank=True)
    duties = ArrayField(models.UUIDField())
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    questions = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__gte=F("given_at"), accepted_by__isnull=False),
                name="duties_handover_accepted",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("given_by")), name="duties_handover_two_people"
            ),
        ]
        indexes = [models.Index(fields=["facility_id", "-given_at"], name="duties_handover_place")]
