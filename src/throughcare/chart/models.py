"""Clinical facts as they stand now. What is signed is never changed: it is amended, addended or marked as an error."""

from django.db import models
from django.db.models import F, Q

from throughcare.chart import states
from throughcare.kernel.models import PersonRow
from throughcare.kernel.vocabulary import AUTHOR_ALONE, SEALED, DataClass

OPEN_CLASSES = [c.value for c in DataClass if c not in SEALED]


def class_check(name: str) -> models.CheckConstraint:
    """Hold a table to the classes that may stand in the open: sealed ones have tables of their own."""
    return models.CheckConstraint(condition=Q(data_class__in=OPEN_CLASSES), name=name)


class Fact(PersonRow):
    """What every clinical row says of itself: its class, where, by whom and when."""

    data_class = models.CharField(max_length=20, default=DataClass.CLINICAL.value)
    facility_id = models.UUIDField(null=True)
    encounter = models.ForeignKey("chart.Encounter", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.CharField(max_length=160)
    recorder_id = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta(PersonRow.Meta):
        abstract = True


class Encounter(PersonRow):
    """One meeting of a patient with the health service."""

    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=12, default="in-progress")
    modality = models.CharField(max_length=12, default="clinic")
    modality_reason = models.CharField(max_length=200, blank=True)
    facility_id = models.UUIDField(null=True)
    data_class = models.CharField(max_length=20, default=DataClass.CLINICAL.value)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    responsible = models.CharField(max_length=160)
    interpreter = models.CharField(max_length=120, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            class_check("chart_encounter_class"),
            states.ENCOUNTER.check("status", "chart_encounter_status"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="chart_encounter_period"
            ),
        ]
        indexes = [models.Index(fields=["person", "-started_at"], name="chart_encounter_person")]


class Condition(Fact):
    """A line of the problem list."""

    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=240)
    status = models.CharField(max_length=20, default="active")
    verification = models.CharField(max_length=20, default="confirmed")
    onset = models.DateField(null=True)
    abated = models.DateField(null=True)
    source = models.CharField(max_length=80, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_condition_class"),
            states.CONDITION.check("status", "chart_condition_status"),
        ]
        indexes = [models.Index(fields=["person", "status"], name="chart_condition_person")]


class Allergy(Fact):
    """An allergy or intolerance, or the statement that none is known."""

    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=160)
    reaction = models.CharField(max_length=200, blank=True)
    criticality = models.CharField(max_length=20, blank=True)
    none_known = models.BooleanField(default=False)
    status = models.CharField(max_length=20, default="active")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_allergy_class"),
            states.CONDITION.check("status", "chart_allergy_status"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(none_known=True, status="active"), name="chart_allergy_one_none_known"
            ),
        ]


class FormResponse(Fact):
    """A form with one person's answers: a draft that saves itself, then signed for good."""

    form = models.CharField(max_length=60)
    form_version = models.CharField(max_length=20)
    purpose = models.CharField(max_length=60, blank=True)
    ref = models.UUIDField(null=True)
    status = models.CharField(max_length=20, default="draft")
    posted = models.JSONField(default=dict)
    language = models.CharField(max_length=5, default="en")
    mode = models.CharField(max_length=20, default="spoken")
    started_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=160, blank=True)
    taken_over = models.JSONField(default=list)
    score = models.JSONField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_formresponse_class"),
            states.RESPONSE.check("status", "chart_formresponse_status"),
            models.CheckConstraint(
                condition=Q(status="draft", signed_at__isnull=True) | ~Q(status="draft") & Q(signed_at__isnull=False),
                name="chart_formresponse_signed",
            ),
        ]
        indexes = [models.Index(fields=["person", "form", "-started_at"], name="chart_formresponse_person")]


class SealedResponse(PersonRow):
    """A form of a sealed class, such as the PREA screen: row-level security, and its answers encrypted."""

    data_class = models.CharField(max_length=20)
    facility_id = models.UUIDField(null=True)
    form = models.CharField(max_length=60)
    form_version = models.CharField(max_length=20)
    status = models.CharField(max_length=20, default="draft")
    author_id = models.UUIDField()
    recorded_by = models.CharField(max_length=160)
    started_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    body = models.BinaryField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(data_class__in=sorted(SEALED)), name="chart_sealedresponse_class"),
            states.RESPONSE.check("status", "chart_sealedresponse_status"),
        ]


class Observation(Fact):
    """A measurement, a result or a score."""

    system = models.CharField(max_length=120)
    code = models.CharField(max_length=40)
    text = models.CharField(max_length=160)
    category = models.CharField(max_length=20, default="vital-signs")
    status = models.CharField(max_length=20, default="final")
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    value_places = models.PositiveSmallIntegerField(default=0)
    unit = models.CharField(max_length=40, blank=True)
    comparator = models.CharField(max_length=2, blank=True)
    value_text = models.TextField(blank=True)
    value_system = models.CharField(max_length=120, blank=True)
    value_code = models.CharField(max_length=40, blank=True)
    reference_range = models.CharField(max_length=120, blank=True)
    remark = models.TextField(blank=True)
    line = models.CharField(max_length=120, blank=True)
    """What the laboratory calls this line of its report, so that a correction finds it."""
    was = models.CharField(max_length=120, blank=True)
    """What it said before it was corrected."""
    said_at = models.DateTimeField(null=True)
    """When its laboratory said so: an older word of the line never takes its place, in whatever order they come."""
    components = models.JSONField(default=list)
    interpretation = models.CharField(max_length=20, blank=True)
    effective_at = models.DateTimeField()
    response = models.ForeignKey(FormResponse, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey("chart.Report", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_observation_class"),
            states.OBSERVATION.check("status", "chart_observation_status"),
        ]
        indexes = [models.Index(fields=["person", "code", "-effective_at"], name="chart_observation_person")]


class Note(Fact):
    """A note: a draft, then signed; from there it is co-signed or addended, never edited."""

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    text = models.TextField()
    status = models.CharField(max_length=20, default="draft")
    signed_at = models.DateTimeField(null=True)
    cosign_asked = models.BooleanField(default=False)
    cosigned_at = models.DateTimeField(null=True)
    cosigned_by = models.CharField(max_length=160, blank=True)
    addends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="addenda")
    happened_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_note_class"),
            states.NOTE.check("status", "chart_note_status"),
            models.CheckConstraint(
                condition=Q(status="draft", signed_at__isnull=True) | ~Q(status="draft") & Q(signed_at__isnull=False),
                name="chart_note_signed",
            ),
            models.CheckConstraint(
                condition=Q(cosigned_at__isnull=True, cosigned_by="")
                | Q(cosigned_at__isnull=False) & ~Q(cosigned_by=""),
                name="chart_note_cosigned",
            ),
        ]
        indexes = [models.Index(fields=["person", "-happened_at"], name="chart_note_person")]


class Order(Fact):
    """Something asked for: a test, a referral, a visit, a watch, a check of medicines."""

    kind = models.CharField(max_length=40)
    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=240)
    priority = models.CharField(max_length=12, default="routine")
    status = models.CharField(max_length=20, default="active")
    reason = models.CharField(max_length=240, blank=True)
    standing_order = models.CharField(max_length=80, blank=True)
    cosigned_at = models.DateTimeField(null=True)
    cosigned_by = models.CharField(max_length=160, blank=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)
    response = models.ForeignKey(FormResponse, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_order_class"),
            states.ORDER.check("status", "chart_order_status"),
            models.CheckConstraint(
                condition=Q(priority__in=["stat", "urgent", "routine"]), name="chart_order_priority"
            ),
        ]
        indexes = [models.Index(fields=["person", "status"], name="chart_order_person")]


class Report(Fact):
    """A result as it came: the shell that holds its observations."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=160)
    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, default="final")
    urgency = models.CharField(max_length=12, default="normal")
    words = models.TextField(blank=True)
    outside = models.BooleanField(default=False)
    """It came with the record of another health service and is not ours to review."""
    source = models.CharField(max_length=160, blank=True)
    filler = models.CharField(max_length=160, blank=True)
    """The number that the laboratory gave it, and which laboratory: a correction finds it by them."""
    said_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    """When its laboratory last took the whole of it back: what a line said before then does not stand."""
    specimen = models.CharField(max_length=240, blank=True)
    judged = models.BooleanField(default=True)
    """False where a line says neither number nor flag by which it could be called normal: somebody must read it."""
    earlier = models.JSONField(default=list)
    """Reviews of what it said before it was corrected: by whom, what followed."""
    effective_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=160, blank=True)
    plan = models.CharField(max_length=12, blank=True)
    plan_words = models.CharField(max_length=1000, blank=True)
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=160, blank=True)
    told_how = models.CharField(max_length=12, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_report_class"),
            states.OBSERVATION.check("status", "chart_report_status"),
            models.CheckConstraint(
                condition=Q(urgency__in=["normal", "abnormal", "critical"]), name="chart_report_urgency"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by="", plan="")
                | Q(reviewed_at__isnull=False) & ~Q(reviewed_by="") & ~Q(plan=""),
                name="chart_report_reviewed_with_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_by="", told_how="")
                | Q(told_at__isnull=False) & ~Q(told_by="") & ~Q(told_how=""),
                name="chart_report_told",
            ),
            models.UniqueConstraint(
                fields=["source", "filler", "code", "text"],
                condition=~Q(filler="") & ~Q(status="entered-in-error"),
                name="chart_report_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["facility_id", "effective_at"],
                name="chart_report_waiting",
                condition=Q(reviewed_at__isnull=True),
            ),
            models.Index(fields=["person", "-effective_at"], name="chart_report_person"),
        ]


class CriticalCall(Fact):
    """A critical value told by telephone or in person, and whether it was read back (LAB-01)."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="calls")
    caller = models.CharField(max_length=120)
    told = models.CharField(max_length=120)
    called_at = models.DateTimeField()
    read_back = models.BooleanField()
    words = models.CharField(max_length=400, blank=True)

    class Meta(Fact.Meta):
        constraints = [*Fact.Meta.constraints, class_check("chart_criticalcall_class")]
        indexes = [models.Index(fields=["report", "called_at"], name="chart_criticalcall_report")]


class Immunization(Fact):
    """A vaccine given, refused or reported; `primary` where it was given here, else another record says so."""

    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default="completed")
    given_at = models.DateTimeField()
    primary = models.BooleanField(default=True)
    source = models.CharField(max_length=160, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    unit = models.CharField(max_length=20, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    expires = models.DateField(null=True)
    manufacturer = models.CharField(max_length=120, blank=True)
    route = models.CharField(max_length=60, blank=True)
    site = models.CharField(max_length=60, blank=True)
    why_not = models.CharField(max_length=200, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_immunization_class"),
            models.CheckConstraint(
                condition=Q(status__in=["completed", "not-done", "entered-in-error"]), name="chart_immunization_status"
            ),
        ]
        indexes = [models.Index(fields=["person", "-given_at"], name="chart_immunization_person")]


class HomeMedicine(Fact):
    """A medicine that the person takes, as said or verified; what is given here is another room's."""

    text = models.CharField(max_length=200)
    dose = models.CharField(max_length=120, blank=True)
    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=20, blank=True)
    last_taken = models.CharField(max_length=80, blank=True)
    prescriber = models.CharField(max_length=120, blank=True)
    pharmacy = models.CharField(max_length=120, blank=True)
    verified = models.CharField(max_length=12, default="unverified")
    verified_how = models.CharField(max_length=160, blank=True)
    critical = models.BooleanField(default=False)
    status = models.CharField(max_length=20, default="active")
    # A prescriber's decision that it is not taken on here; what is continued says so by the order that names it.
    stopped_why = models.CharField(max_length=200, blank=True)
    stopped_by = models.CharField(max_length=160, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_homemedicine_class"),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_why="") | Q(stopped_at__isnull=False) & ~Q(stopped_why=""),
                name="chart_homemedicine_stopped_says_why",
            ),
            states.CONDITION.check("status", "chart_homemedicine_status"),
            models.CheckConstraint(
                condition=Q(verified__in=["unverified", "verified", "not_found"]), name="chart_homemedicine_verified"
            ),
        ]


class Flag(Fact):
    """A clinical mark on the chart for a time, such as a history of suicide attempt."""

    code = models.CharField(max_length=60)
    text = models.CharField(max_length=200)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_flag_class"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="chart_flag_period"),
            models.UniqueConstraint(
                fields=["person", "code"], condition=Q(until__isnull=True), name="chart_flag_one_open"
            ),
        ]


class Blob(models.Model):
    """Bytes kept once, found by their SHA-256."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    media = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__lte=10 * 1024 * 1024), name="chart_blob_cap"),
        ]


class Attachment(Fact):
    """A document of a chart: a scan, a photographed slip, a letter."""

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="documents")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    status = models.CharField(max_length=20, default="current")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("chart_attachment_class"),
            models.CheckConstraint(
                condition=Q(status__in=["current", "entered-in-error"]), name="chart_attachment_status"
            ),
        ]


class OwnNote(PersonRow):
    """A note that its author alone reads: of psychotherapy, or of counselling in a programme.

    Row-level security by class and by author; day and words are encrypted. Of a signed one nothing changes.
    """

    data_class = models.CharField(max_length=20)
    author_id = models.UUIDField()
    status = models.CharField(max_length=20, default="draft")
    begun_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    addends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="addenda")
    body = models.BinaryField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(data_class__in=sorted(AUTHOR_ALONE)), name="chart_ownnote_class"),
            states.OWN_NOTE.check("status", "chart_ownnote_status"),
            models.CheckConstraint(
                condition=Q(status="draft", signed_at__isnull=True) | ~Q(status="draft") & Q(signed_at__isnull=False),
                name="chart_ownnote_signed",
            ),
        ]
        indexes = [models.Index(fields=["author_id", "person", "-id"], name="chart_ownnote_author")]
