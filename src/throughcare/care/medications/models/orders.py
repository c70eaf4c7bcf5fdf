"""What is ordered, and what a prescriber said to each alert that they went past."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from throughcare.care.medications import states
from throughcare.chart.models import Fact, class_check
from throughcare.kernel.models import PersonRow


class MedicationOrder(Fact):
    """One medicine ordered for one person (FHIR MedicationRequest).

    `code` is the product's RxNorm code, `ingredients` the RxNorm codes of what is in it, and the flags are those of the
    formulary on the day of the order: a later edition does not change what an order was checked as.
    """

    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=200)
    ingredients = ArrayField(models.CharField(max_length=20), default=list)
    amount = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    unit = models.CharField(max_length=20, blank=True)
    route = models.CharField(max_length=20)
    timing = models.JSONField()
    sig = models.CharField(max_length=300)
    as_needed_for = models.CharField(max_length=120, blank=True)
    holds = models.JSONField(default=list)
    prepare = models.CharField(max_length=80, blank=True)
    indication = models.CharField(max_length=160)
    mode = models.CharField(max_length=8, default="DOT")
    priority = models.CharField(max_length=8, default="routine")
    status = models.CharField(max_length=20, default="active")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    source = models.CharField(max_length=10, default="written")
    standing_order = models.CharField(max_length=80, blank=True)
    prescriber = models.CharField(max_length=160)
    prescriber_id = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=160, blank=True)
    held_why = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)
    # By which way out of custody it was stopped: custody's move or stay. An undone way out brings back what it stopped.
    left_by = models.UUIDField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    home_medicine = models.ForeignKey("chart.HomeMedicine", on_delete=models.PROTECT, null=True, related_name="+")
    # The formulary's word on the day of the order.
    formulary_version = models.CharField(max_length=40)
    on_formulary = models.BooleanField(default=True)
    off_formulary_why = models.CharField(max_length=240, blank=True)
    window_class = models.CharField(max_length=20)
    # Time-critical: no dose of it may be lost at a door. Critical: its place on the list of INT-04, such as insulin or hiv.
    time_critical = models.BooleanField(default=False)
    critical = models.CharField(max_length=20, blank=True)
    schedule = models.CharField(max_length=5, blank=True)
    high_alert = models.BooleanField(default=False)
    psychotropic = models.BooleanField(default=False)
    opioid_treatment = models.BooleanField(default=False)
    # What the checks said, and the gates of law that the order passed.
    check_edition = models.CharField(max_length=160)
    findings = models.JSONField(default=list)
    gates = models.JSONField(default=dict)
    # What the chart made the checks say since, each with the reason given to it or none yet (actions/looking_again.py).
    found_since = models.JSONField(default=list)
    # How far its doses have been laid out, and when the first was given; no facts of the order, so no version counts them.
    doses_until = models.DateTimeField(null=True)
    first_dose_at = models.DateTimeField(null=True)
    ending_told_at = models.DateTimeField(null=True)
    # When the clock's hand looks again at how it is taken (MED-09).
    look_again_at = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("medications_order_class"),
            states.ORDER.check("status", "medications_order_status"),
            models.CheckConstraint(condition=Q(mode__in=states.MODES), name="medications_order_mode"),
            models.CheckConstraint(condition=Q(priority__in=states.PRIORITIES), name="medications_order_priority"),
            models.CheckConstraint(condition=Q(source__in=states.SOURCES), name="medications_order_source"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="medications_order_period"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="medications_order_amount"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by="") | Q(signed_at__isnull=False) & ~Q(signed_by=""),
                name="medications_order_signed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=states.LIVE, ended_at__isnull=True)
                | ~Q(status__in=states.LIVE) & Q(ended_at__isnull=False),
                name="medications_order_ended",
            ),
            models.CheckConstraint(
                condition=Q(left_by__isnull=True) | Q(status__in=states.LEFT), name="medications_order_left"
            ),
            models.CheckConstraint(
                condition=Q(on_formulary=True) | ~Q(off_formulary_why=""), name="medications_order_off_formulary"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "status"], name="medications_order_person"),
            models.Index(
                fields=["doses_until"], name="medications_order_laying", condition=Q(status="active") & ~Q(mode="KOP")
            ),
            models.Index(fields=["ends_at"], name="medications_order_ending", condition=Q(status__in=states.LIVE)),
            models.Index(
                fields=["recorded_at"], name="medications_order_unsigned", condition=Q(signed_at__isnull=True)
            ),
        ]


class OrderOverride(PersonRow):
    """One alert that a prescriber went past, and why; counted, because an alert that everybody passes is a bad alert."""

    order = models.ForeignKey(MedicationOrder, on_delete=models.PROTECT, related_name="overrides")
    rule = models.CharField(max_length=80)
    grade = models.CharField(max_length=14)
    said = models.TextField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["order", "rule", "said"], name="medications_override_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="medications_override_reason"),
        ]
