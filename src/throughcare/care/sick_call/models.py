"""Requests for care, and who says why a visit did not take place."""

from django.db import models
from django.db.models import F, Q

from throughcare.care.sick_call import states
from throughcare.kernel.models import PersonRow

CHANNELS = ("kiosk", "tablet", "paper", "verbal", "staff")
PRIORITIES = ("emergent", "urgent", "routine", "mental", "dental", "non-clinical")


class CareRequest(PersonRow):
    """What a person asks for, in their own words, with its four stamps: submitted, received, triaged, seen (SCR-04)."""

    facility_id = models.UUIDField(null=True)
    receipt = models.CharField(max_length=12, unique=True)
    channel = models.CharField(max_length=8)
    kind = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="en")
    words_in_english = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    worse = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default="submitted")
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=160, blank=True)
    triaged_at = models.DateTimeField(null=True)
    triaged_by = models.CharField(max_length=160, blank=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=160, blank=True)
    seen_as = models.CharField(max_length=10, blank=True)
    closed_at = models.DateTimeField(null=True)
    flags = models.JSONField(default=list)
    paged = models.BooleanField(default=False)
    floor = models.CharField(max_length=10)
    symptom = models.BooleanField()
    priority = models.CharField(max_length=14, blank=True)
    below_floor_why = models.CharField(max_length=240, blank=True)
    complaint = models.CharField(max_length=60, blank=True)
    scheduled_for = models.DateTimeField(null=True)
    copay_cents = models.PositiveSmallIntegerField(default=0)
    copay_free = models.CharField(max_length=12, blank=True)
    resolved = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, blank=True)
    encounter = models.ForeignKey("chart.Encounter", on_delete=models.PROTECT, null=True, related_name="+")
    slip = models.ForeignKey("chart.Attachment", on_delete=models.PROTECT, null=True, related_name="+")
    answer_en = models.TextField(blank=True)
    answer_es = models.TextField(blank=True)
    answered_by = models.CharField(max_length=160, blank=True)
    table_version = models.CharField(max_length=40)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.REQUEST.check("state", "sick_call_request_state"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="sick_call_request_channel"),
            models.CheckConstraint(condition=Q(priority__in=["", *PRIORITIES]), name="sick_call_request_priority"),
            models.CheckConstraint(
                condition=Q(state="submitted") | Q(received_at__isnull=False), name="sick_call_request_received"
            ),
            models.CheckConstraint(
                condition=Q(triaged_at__isnull=True, triaged_by="", priority="")
                | Q(triaged_at__isnull=False) & ~Q(triaged_by="") & ~Q(priority=""),
                name="sick_call_request_triaged",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by="", seen_as="")
                | Q(seen_at__isnull=False) & ~Q(seen_by="") & ~Q(seen_as=""),
                name="sick_call_request_seen",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(answer_en="")
                | Q(state="withdrawn", closed_at__isnull=False)
                | ~Q(state__in=["closed", "withdrawn"]) & Q(closed_at__isnull=True),
                name="sick_call_request_closed",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(received_at__gte=F("submitted_at")),
                name="sick_call_request_stamps",
            ),
            models.CheckConstraint(
                condition=Q(copay_cents=0) | Q(seen_at__isnull=False, paged=False) & ~Q(priority="emergent"),
                name="sick_call_request_copay",
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "received_at"],
                name="sick_call_request_waiting",
                condition=Q(state__in=states.WAITING),
            ),
            models.Index(fields=["person", "-submitted_at"], name="sick_call_request_person"),
            models.Index(
                fields=["facility_id", "scheduled_for"],
                name="sick_call_request_day",
                condition=Q(scheduled_for__isnull=False),
            ),
        ]


class NoShow(PersonRow):
    """One side's word on why a visit did not take place: health, custody and the patient each give their own."""

    request = models.ForeignKey(CareRequest, on_delete=models.PROTECT, related_name="no_shows")
    visit_at = models.DateTimeField()
    said_by = models.CharField(max_length=8)
    reason = models.CharField(max_length=40)
    access_failure = models.BooleanField()
    words = models.CharField(max_length=240, blank=True)
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    at = models.DateTimeField()
    witnesses = models.JSONField(default=list)
    signed = models.BooleanField(default=False)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(said_by__in=["health", "custody", "patient"]), name="sick_call_noshow_said_by"
            ),
            models.UniqueConstraint(fields=["request", "visit_at", "said_by"], name="sick_call_noshow_one_a_side"),
        ]
