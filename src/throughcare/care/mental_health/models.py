"""A watch and everything kept of it: why, checks, observers, findings, assessments, the safety plan, what follows."""

from django.db import models
from django.db.models import F, Q

from throughcare.care.mental_health import states
from throughcare.kernel.models import PersonRow, Row

RISKS = ("none", "low", "moderate", "high", "incomplete")
PROOFS = ("badge", "code", "none")
SOURCES = ("screen", "device", "paper")
FINDINGS = ("gap", "nobody", "even", "quarter", "block", "two-places", "no-scan")
ENDS = ("", "stepped-off", "released", "died", "error")


class Watch(PersonRow):
    """One time on watch: its level, its order item by item, when the next check is, and where it stands."""

    facility_id = models.UUIDField(null=True)
    state = models.CharField(max_length=11)
    level = models.CharField(max_length=9)
    level_since = models.DateTimeField()
    level_why = models.CharField(max_length=200, blank=True)
    begun_by = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=160)
    ordered_at = models.DateTimeField(null=True)
    ordered_by = models.CharField(max_length=160, blank=True)
    alone = models.BooleanField(default=False)
    property = models.JSONField(default=dict)
    room_safe = models.JSONField(default=list)
    room_checked_at = models.DateTimeField(null=True)
    room_checked_by = models.CharField(max_length=160, blank=True)
    out_of_cell = models.CharField(max_length=10, default="none")
    supplements = models.JSONField(default=list)
    last_seen_at = models.DateTimeField()
    next_check_at = models.DateTimeField(null=True)
    rests_since = models.DateTimeField(null=True)
    rests_why = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    ended_how = models.CharField(max_length=12, blank=True)
    table_version = models.CharField(max_length=40)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.WATCH.check("state", "mental_health_watch_state"),
            models.CheckConstraint(condition=Q(level__in=states.LEVELS), name="mental_health_watch_level"),
            models.CheckConstraint(
                condition=Q(begun_by__in=["answer", "staff", "past"]), name="mental_health_watch_begun_by"
            ),
            models.CheckConstraint(condition=Q(ended_how__in=ENDS), name="mental_health_watch_ended_how"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=states.RUNNING), name="mental_health_watch_one_running"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", ended_how="") & ~Q(state="ended")
                | Q(ended_at__isnull=False, state="ended") & ~Q(ended_by="") & ~Q(ended_how=""),
                name="mental_health_watch_ended",
            ),
            models.CheckConstraint(
                condition=Q(ordered_at__isnull=True, ordered_by="")
                | Q(ordered_at__gte=F("started_at")) & ~Q(ordered_by=""),
                name="mental_health_watch_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(state="preliminary") | Q(ordered_at__isnull=True), name="mental_health_watch_preliminary"
            ),
            models.CheckConstraint(
                condition=~Q(alone=True) | Q(level="constant"), name="mental_health_watch_alone_is_constant"
            ),
            models.CheckConstraint(
                condition=Q(level="staggered", next_check_at__isnull=False) | Q(level="constant"),
                name="mental_health_watch_next_check",
            ),
            models.CheckConstraint(
                condition=Q(rests_since__isnull=True, rests_why="") | Q(rests_since__isnull=False) & ~Q(rests_why=""),
                name="mental_health_watch_rests",
            ),
            models.CheckConstraint(
                condition=Q(room_checked_at__isnull=True, room_checked_by="")
                | Q(room_checked_at__isnull=False) & ~Q(room_checked_by=""),
                name="mental_health_watch_room_checked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "next_check_at"],
                name="mental_health_watch_rounds",
                condition=Q(state__in=states.RUNNING),
            ),
            models.Index(fields=["person", "-started_at"], name="mental_health_watch_person"),
        ]


class WatchReason(PersonRow):
    """Why a watch was begun, raised, lowered or ended, in somebody's words; never part of what custody reads."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="reasons")
    what = models.CharField(max_length=12)
    words = models.TextField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(what__in=["started", "raised", "lowered", "ordered", "ended"]),
                name="mental_health_reason_what",
            ),
        ]
        indexes = [models.Index(fields=["watch", "at"], name="mental_health_reason_watch")]


class WatchCheck(PersonRow):
    """One look at the person: when by the observer's clock, when it reached us, what was seen, and what proves the door."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="checks")
    facility_id = models.UUIDField(null=True)
    place = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    behaviour = models.CharField(max_length=20)
    note = models.CharField(max_length=240, blank=True)
    observer = models.CharField(max_length=160)
    observer_id = models.UUIDField()
    proof = models.CharField(max_length=5)
    door = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=6, default="screen")
    device_id = models.UUIDField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    skew_seconds = models.IntegerField(default=0)
    written = models.BooleanField(default=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(received_at__gte=F("at")), name="mental_health_check_not_ahead"),
            models.CheckConstraint(condition=Q(proof__in=PROOFS), name="mental_health_check_proof"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="mental_health_check_source"),
            models.CheckConstraint(
                condition=Q(device_id__isnull=True, sequence__isnull=True)
                | Q(device_id__isnull=False, sequence__isnull=False, source="device"),
                name="mental_health_check_device",
            ),
            models.UniqueConstraint(
                fields=["device_id", "sequence"],
                condition=Q(device_id__isnull=False),
                name="mental_health_check_sequence",
            ),
        ]
        indexes = [
            models.Index(fields=["watch", "at"], name="mental_health_check_watch"),
            models.Index(fields=["observer_id", "at"], name="mental_health_check_observer"),
        ]


class WatchObserver(PersonRow):
    """One stretch in which somebody kept a person in sight without a break; the next begins at the moment this one ends."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="observers")
    facility_id = models.UUIDField(null=True)
    observer = models.CharField(max_length=160)
    observer_id = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=8, blank=True)
    proof = models.CharField(max_length=5)
    told = models.CharField(max_length=240, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["watch"], condition=Q(until__isnull=True), name="mental_health_observer_one_now"
            ),
            models.CheckConstraint(condition=Q(proof__in=PROOFS), name="mental_health_observer_proof"),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_how="")
                | Q(until__gte=F("since"), ended_how__in=["relieved", "left", "level", "ended", "moved"]),
                name="mental_health_observer_period",
            ),
        ]
        indexes = [
            models.Index(fields=["watch", "since"], name="mental_health_observer_watch"),
            models.Index(fields=["observer_id", "since"], name="mental_health_observer_who"),
        ]


class WatchFinding(PersonRow):
    """Something wrong in how a person was watched, open until the administrator answers it; it is never left out silently."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="findings")
    facility_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=60)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    observer_id = models.UUIDField(null=True)
    observer = models.CharField(max_length=160, blank=True)
    reason = models.CharField(max_length=240)
    times = models.PositiveIntegerField(default=1)
    found_at = models.DateTimeField()
    state = models.CharField(max_length=9, default="open")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.FINDING.check("state", "mental_health_finding_state"),
            models.CheckConstraint(condition=Q(kind__in=FINDINGS), name="mental_health_finding_kind"),
            models.UniqueConstraint(
                fields=["watch", "kind", "key"], condition=Q(state="open"), name="mental_health_finding_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, answered_by="", answer="")
                | ~Q(state="open") & Q(answered_at__isnull=False) & ~Q(answered_by="") & ~Q(answer=""),
                name="mental_health_finding_answered",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="mental_health_finding_period"
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "found_at"], name="mental_health_finding_open", condition=Q(state="open")
            ),
            models.Index(fields=["watch", "kind"], name="mental_health_finding_watch"),
        ]


class SafetyPlan(PersonRow):
    """A plan the person made with a clinician (Stanley-Brown structure); a new one replaces the one before."""

    parts = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=160)
    replaced_at = models.DateTimeField(null=True)
    table_version = models.CharField(max_length=40)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"], condition=Q(replaced_at__isnull=True), name="mental_health_plan_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(replaced_at__gte=F("made_at")),
                name="mental_health_plan_period",
            ),
        ]
        indexes = [models.Index(fields=["person", "-made_at"], name="mental_health_plan_person")]


class WatchAssessment(PersonRow):
    """What a mental health professional found face to face, and decided on the level (SUI-03); signed, never changed."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="assessments")
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    answers = models.JSONField()
    form = models.CharField(max_length=60)
    risk = models.CharField(max_length=10)
    risk_factors = models.TextField(blank=True)
    protective = models.TextField(blank=True)
    changes = models.TextField(blank=True)
    formulation = models.TextField()
    decision = models.CharField(max_length=8)
    level_after = models.CharField(max_length=9, blank=True)
    why = models.TextField(blank=True)
    plan = models.ForeignKey(SafetyPlan, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(risk__in=RISKS), name="mental_health_assessment_risk"),
            models.CheckConstraint(
                condition=Q(decision__in=["keep", "raise", "lower", "end"]), name="mental_health_assessment_decision"
            ),
            models.CheckConstraint(condition=~Q(formulation=""), name="mental_health_assessment_says"),
        ]
        indexes = [models.Index(fields=["watch", "-at"], name="mental_health_assessment_watch")]


class FollowUp(PersonRow):
    """One visit owed after a watch ended (SUI-04): from when, until when, and what was found."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="follow_ups")
    visit = models.CharField(max_length=6)
    earliest_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    state = models.CharField(max_length=9, default="open")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=160, blank=True)
    answers = models.JSONField(default=dict)
    risk = models.CharField(max_length=10, blank=True)
    words = models.TextField(blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.FOLLOW_UP.check("state", "mental_health_followup_state"),
            models.CheckConstraint(
                condition=Q(visit__in=["first", "second", "third"]), name="mental_health_followup_visit"
            ),
            models.CheckConstraint(condition=Q(risk__in=["", *RISKS]), name="mental_health_followup_risk"),
            models.UniqueConstraint(fields=["watch", "visit"], name="mental_health_followup_one_each"),
            models.CheckConstraint(condition=Q(latest_at__gte=F("earliest_at")), name="mental_health_followup_window"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) & ~Q(done_by="")
                | ~Q(state="done") & Q(done_at__isnull=True, done_by=""),
                name="mental_health_followup_done",
            ),
        ]
        indexes = [
            models.Index(fields=["latest_at"], name="mental_health_followup_open", condition=Q(state="open")),
            models.Index(fields=["person", "earliest_at"], name="mental_health_followup_person"),
        ]


class SelfHarmEvent(PersonRow):
    """An act or its beginning, seen or told; a mental health professional gives it its class (C-SSRS), and it is reviewed."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, null=True, related_name="events")
    facility_id = models.UUIDField(null=True)
    happened_at = models.DateTimeField()
    seen_by = models.CharField(max_length=160)
    words = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    kind = models.CharField(max_length=12, blank=True)
    classed_at = models.DateTimeField(null=True)
    classed_by = models.CharField(max_length=160, blank=True)
    review = models.TextField(blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=["", "ideation", "self-harm", "attempt", "aborted", "interrupted", "death"]),
                name="mental_health_event_kind",
            ),
            models.CheckConstraint(
                condition=Q(classed_at__isnull=True, classed_by="", kind="")
                | Q(classed_at__isnull=False) & ~Q(classed_by="") & ~Q(kind=""),
                name="mental_health_event_classed",
            ),
        ]
        indexes = [models.Index(fields=["person", "-happened_at"], name="mental_health_event_person")]


class DoorTag(Row):
    """The tag at a door: what a badge reader or a thumb gives to prove that somebody stood there."""

    facility_id = models.UUIDField()
    unit = models.CharField(max_length=20)
    place = models.CharField(max_length=60)
    place_id = models.UUIDField()
    code = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="mental_health_tag_code"),
            models.UniqueConstraint(
                fields=["place_id"], condition=Q(ended_at__isnull=True), name="mental_health_tag_one_a_door"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")), name="mental_health_tag_period"
            ),
        ]
