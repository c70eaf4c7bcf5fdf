"""A code and its stamps. A stamp is never changed: a correction is another stamp that names it."""

from django.db import models
from django.db.models import F, Q

from throughcare.care.emergency import states
from throughcare.kernel.models import PersonRow, Row


class Code(Row):
    """One emergency, from the call until it is talked over; who it is may be said later."""

    facility_id = models.UUIDField()
    unit_id = models.UUIDField(null=True)
    place = models.CharField(max_length=80)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    complaint = models.CharField(max_length=20, blank=True)
    drill = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, default="open")
    called_at = models.DateTimeField()
    called_by = models.CharField(max_length=160)
    caller_id = models.UUIDField()
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    ending = models.CharField(max_length=20, blank=True)
    plan = models.CharField(max_length=1000, blank=True)
    situation = models.CharField(max_length=1000, blank=True)
    background = models.CharField(max_length=1000, blank=True)
    assessment = models.CharField(max_length=1000, blank=True)
    recommendation = models.CharField(max_length=1000, blank=True)
    charted_at = models.DateTimeField(null=True)
    table_version = models.CharField(max_length=40)

    class Meta:
        constraints = [
            states.CODE.check("state", "emergency_code_state"),
            models.UniqueConstraint(fields=["person", "id"], name="emergency_code_person_row"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True, ending="", ended_by="")
                | ~Q(state="open") & Q(ended_at__isnull=False) & ~Q(ending="") & ~Q(ended_by=""),
                name="emergency_code_ended",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("called_at")), name="emergency_code_period"
            ),
            models.CheckConstraint(condition=~Q(place=""), name="emergency_code_place"),
            models.CheckConstraint(condition=Q(drill="") | Q(charted_at__isnull=True), name="emergency_code_drill"),
        ]
        indexes = [
            models.Index(fields=["facility_id"], name="emergency_code_open", condition=Q(state="open")),
            models.Index(fields=["facility_id", "-called_at"], name="emergency_code_place_time"),
            models.Index(fields=["person", "-called_at"], name="emergency_code_person"),
        ]


class Stamp(Row):
    """One moment of a code: what, when, by whom, with what was said. Several hands stamp at once and none is lost."""

    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="stamps")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    health = models.BooleanField()
    detail = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    void = models.BooleanField(default=False)
    why = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "id"], name="emergency_stamp_of_code"),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="emergency_stamp_one_correction"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, void=False, why="") | Q(corrects__isnull=False) & ~Q(why=""),
                name="emergency_stamp_correction",
            ),
        ]
        indexes = [models.Index(fields=["code", "at"], name="emergency_stamp_timeline")]


class Debrief(Row):
    """What those who were there say of a code, once: what to change, and whether earlier care could have prevented it."""

    code = models.OneToOneField(Code, on_delete=models.PROTECT, related_name="debrief")
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    present = models.CharField(max_length=400, blank=True)
    changes = models.TextField()
    preventable = models.CharField(max_length=8, blank=True)
    preventable_why = models.CharField(max_length=1000, blank=True)
    equipment_checked = models.BooleanField()
    video = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(preventable__in=["", "yes", "no", "unclear"]), name="emergency_debrief_preventable"
            ),
            models.CheckConstraint(
                condition=~Q(preventable="yes") | ~Q(preventable_why=""), name="emergency_debrief_why"
            ),
        ]


class Trip(PersonRow):
    """One way to a hospital and back: from the gate until the return was reviewed and every recommendation answered."""

    facility_id = models.UUIDField()
    code = models.ForeignKey(Code, on_delete=models.PROTECT, null=True, related_name="trips")
    state = models.CharField(max_length=12, default="out")
    destination = models.CharField(max_length=80, blank=True)
    left_at = models.DateTimeField()
    at_ed_at = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)
    inpatient = models.BooleanField(default=False)
    discharged_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=160, blank=True)
    before_housing = models.BooleanField(null=True)
    papers = models.CharField(max_length=12, blank=True)
    provider_called = models.CharField(max_length=120, blank=True)
    findings = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.TRIP.check("state", "emergency_trip_state"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=states.OUT), name="emergency_trip_one_out"
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("left_at")), name="emergency_trip_period"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "reviewed", "done"]) | Q(returned_at__isnull=False),
                name="emergency_trip_returned",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reviewed", "done"])
                | Q(reviewed_at__isnull=False) & ~Q(reviewed_by="") & ~Q(findings="") & ~Q(provider_called=""),
                name="emergency_trip_reviewed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id"],
                name="emergency_trip_running",
                condition=Q(state__in=[*states.OUT, *states.BACK]),
            ),
            models.Index(fields=["person", "-left_at"], name="emergency_trip_person"),
        ]


class Recommendation(PersonRow):
    """One thing that a hospital asked for: ordered, or the reason why not."""

    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="recommendations")
    text = models.CharField(max_length=400)
    answer = models.CharField(max_length=10, blank=True)
    words = models.CharField(max_length=400, blank=True)
    answered_by = models.CharField(max_length=160, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by="")
                | Q(answer__in=["ordered", "not_done"], answered_at__isnull=False) & ~Q(answered_by=""),
                name="emergency_recommendation_answered",
            ),
            models.CheckConstraint(
                condition=~Q(answer="not_done") | ~Q(words=""), name="emergency_recommendation_why_not"
            ),
        ]


class Packet(PersonRow):
    """What goes to hospital with a person, as it was made; handed over, it is a disclosure and is kept as sent."""

    code = models.ForeignKey(Code, on_delete=models.PROTECT, null=True, related_name="packets")
    facility_id = models.UUIDField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=160)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    handed_at = models.DateTimeField(null=True)
    handed_by = models.CharField(max_length=160, blank=True)
    handed_to = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_by="", handed_to="")
                | Q(handed_at__isnull=False) & ~Q(handed_by="") & ~Q(handed_to=""),
                name="emergency_packet_handed",
            ),
        ]
        indexes = [models.Index(fields=["person", "-made_at"], name="emergency_packet_person")]
