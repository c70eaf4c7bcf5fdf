"""A complaint about care with its stamps: filed, logged with an owner, answered, heard again; and what staff say of it."""

from django.db import models
from django.db.models import F, Q

from throughcare.care.grievances import states
from throughcare.kernel.models import PersonRow

CHANNELS = ("kiosk", "paper", "verbal")
FINDINGS = ("upheld", "partly", "not_upheld")


class Grievance(PersonRow):
    """What a person complains of, in their words, and what became of it. `about_id` is the member of staff it is about.

    `care_request_id` is the request for care that went with it: care is asked for by the way of care, never by this one.
    """

    facility_id = models.UUIDField(null=True)
    receipt = models.CharField(max_length=12, unique=True)
    channel = models.CharField(max_length=8)
    about = models.CharField(max_length=20)
    sexual_safety = models.BooleanField(default=False)
    words = models.TextField()
    words_in_english = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="en")
    filed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=160)
    received_by_id = models.UUIDField()
    care_request_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="filed")
    logged_at = models.DateTimeField(null=True)
    logged_by = models.CharField(max_length=160, blank=True)
    about_id = models.UUIDField(null=True)
    owner = models.CharField(max_length=160, blank=True)
    owner_id = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=160, blank=True)
    answered_by_id = models.UUIDField(null=True)
    finding = models.CharField(max_length=10, blank=True)
    answer_en = models.TextField(blank=True)
    answer_es = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_words = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decided_by_id = models.UUIDField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    decision_en = models.TextField(blank=True)
    decision_es = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.GRIEVANCE.check("state", "grievances_grievance_state"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="grievances_grievance_channel"),
            models.CheckConstraint(condition=~Q(words=""), name="grievances_grievance_words"),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("filed_at")), name="grievances_grievance_received_after"
            ),
            models.CheckConstraint(
                condition=Q(logged_at__isnull=True, owner="", owner_id__isnull=True)
                | Q(logged_at__isnull=False)
                & (Q(owner="", owner_id__isnull=True) | Q(owner_id__isnull=False) & ~Q(owner="")),
                name="grievances_grievance_logged",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by_id__isnull=True, finding="", answer_en="")
                | Q(answered_at__isnull=False, answered_by_id__isnull=False, finding__in=FINDINGS) & ~Q(answer_en=""),
                name="grievances_grievance_answered",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by_id__isnull=True, decision="", decision_en="")
                | Q(decided_at__isnull=False, decided_by_id__isnull=False, decision__in=FINDINGS)
                & Q(appealed_at__isnull=False)
                & ~Q(decision_en=""),
                name="grievances_grievance_decided",
            ),
            models.CheckConstraint(
                condition=Q(about_id__isnull=True)
                | (Q(answered_by_id__isnull=True) | ~Q(answered_by_id=F("about_id")))
                & (Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("about_id")))
                & (Q(owner_id__isnull=True) | ~Q(owner_id=F("about_id"))),
                name="grievances_grievance_not_by_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("answered_by_id")),
                name="grievances_grievance_heard_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("answered", "appealed", "decided"), answered_at__isnull=False)
                | Q(state__in=("filed", "logged", "withdrawn"), answered_at__isnull=True),
                name="grievances_grievance_state_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "filed_at"],
                name="grievances_grievance_open",
                condition=Q(state__in=states.OPEN),
            ),
            models.Index(fields=["person", "-filed_at"], name="grievances_grievance_person"),
        ]


class GrievanceReply(PersonRow):
    """What one member of staff was asked about a complaint, and what they said in their own words.

    They read `question` and never the complaint; the person's name only where `names_person` says so.
    """

    facility_id = models.UUIDField(null=True)
    grievance_id = models.UUIDField()
    asked_of = models.UUIDField()
    asked_name = models.CharField(max_length=160)
    question = models.TextField()
    names_person = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=160)
    asked_by_id = models.UUIDField()
    words = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    written_by = models.CharField(max_length=160, blank=True)
    written_by_id = models.UUIDField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=~Q(question=""), name="grievances_reply_question"),
            models.CheckConstraint(condition=~Q(asked_of=F("asked_by_id")), name="grievances_reply_of_another"),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True, words="", written_by_id__isnull=True)
                | Q(replied_at__gte=F("asked_at"), written_by_id__isnull=False) & ~Q(words=""),
                name="grievances_reply_replied",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_of", "-asked_at"], name="grievances_reply_mine"),
            models.Index(fields=["grievance_id"], name="grievances_reply_about"),
        ]
