"""What people keep on their person: found fit to, packs handed over, refills asked for, packs counted."""

from django.db import models
from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.models.orders import MedicationOrder
from throughcare.care.medications.rules.kop import Lapse
from throughcare.chart.models import Fact, class_check


class KeptFitness(Fact):
    """A nurse's finding that a person may keep medicines, or may not; what ended it, and when."""

    fit = models.BooleanField()
    words = models.CharField(max_length=300, blank=True)
    lapsed_at = models.DateTimeField(null=True)
    lapsed_why = models.CharField(max_length=24, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("medications_fitness_class"),
            models.CheckConstraint(
                condition=Q(lapsed_at__isnull=True, lapsed_why="")
                | Q(lapsed_at__isnull=False, lapsed_why__in=[w.value for w in Lapse]),
                name="medications_fitness_lapse",
            ),
        ]
        indexes = [models.Index(fields=["person", "-recorded_at"], name="medications_fitness_last")]


class KeptPack(Fact):
    """One pack handed to a person (FHIR MedicationDispense). It moves with the person, wherever they are housed."""

    order = models.ForeignKey(MedicationOrder, on_delete=models.PROTECT, related_name="packs")
    stock_id = models.UUIDField(null=True)
    number = models.CharField(max_length=12, unique=True)
    text = models.CharField(max_length=200)
    lot = models.CharField(max_length=20)
    expires_on = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=10, decimal_places=3)
    per_day = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    supply_days = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    lasts_to = models.DateField()
    # How the person signed for it: on paper that is kept, or by their mark seen by the nurse.
    signed_how = models.CharField(max_length=10)
    early_why = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="kept")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)
    left = models.DecimalField(max_digits=10, decimal_places=3, null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("medications_pack_class"),
            states.PACK.check("state", "medications_pack_state"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="medications_pack_quantity"),
            models.CheckConstraint(condition=Q(signed_how__in=states.SIGNED_HOW), name="medications_pack_signed"),
        ]
        indexes = [models.Index(fields=["person", "state"], name="medications_pack_person")]


class KeptCount(Fact):
    """A count of what is left in a pack, against what should be left."""

    pack = models.ForeignKey(KeptPack, on_delete=models.PROTECT, related_name="counts")
    counted = models.DecimalField(max_digits=10, decimal_places=3)
    expected = models.DecimalField(max_digits=10, decimal_places=3)
    flagged = models.BooleanField()
    finding = models.CharField(max_length=12, blank=True)
    words = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("medications_keptcount_class"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="medications_keptcount_amount"),
        ]


class RefillRequest(Fact):
    """A person's wish for the next pack, asked at the kiosk or told a nurse."""

    order = models.ForeignKey(MedicationOrder, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=10, default="asked")
    answer = models.CharField(max_length=200, blank=True)
    pack = models.ForeignKey(KeptPack, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            class_check("medications_refill_class"),
            states.REFILL.check("state", "medications_refill_state"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="asked"), name="medications_refill_once"),
        ]
