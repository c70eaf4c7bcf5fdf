"""A code and its stamps. A stamp is never changed: a correction is another stamp that names it."""

from django.db import models
from django.db.models import F, Q

from throughcare.care.emergency import states
from throughcare.kernel.models import Row


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
