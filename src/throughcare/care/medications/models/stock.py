"""What lies where: one lot of one product at one place, every move of it, the counts and the differences they found."""

from django.db import models
from django.db.models import F, Q

from throughcare.care.medications import states
from throughcare.care.medications.rules.counting import MEDICINE, MOVES_BY_KIND, SIGN, Move
from throughcare.kernel.models import Row


class StockLot(Row):
    """One lot of one product at one place of one facility, with what the book says is there.

    `balance` is held by the database to the last entry of the lot, and never below nothing.
    """

    facility_id = models.UUIDField()
    place = models.CharField(max_length=40)
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=200)
    ndc = models.CharField(max_length=11, blank=True)
    gtin = models.CharField(max_length=14, blank=True)
    lot = models.CharField(max_length=20)
    expires_on = models.DateField(null=True)
    unit = models.CharField(max_length=20)
    schedule = models.CharField(max_length=5, blank=True)
    kind = models.CharField(max_length=8, default=MEDICINE)
    balance = models.DecimalField(max_digits=10, decimal_places=3, default=0)
    entries = models.PositiveIntegerField(default=0)
    # Why its code could not be scanned when it came in; counted.
    unscannable = models.CharField(max_length=120, blank=True)
    counted_at = models.DateTimeField(null=True)
    counted = models.DecimalField(max_digits=10, decimal_places=3, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="medications_stock_balance"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(lot=""), name="medications_stock_named"),
            models.CheckConstraint(condition=Q(kind__in=tuple(MOVES_BY_KIND)), name="medications_stock_kind"),
            models.UniqueConstraint(
                fields=["facility_id", "place", "code", "text", "ndc", "lot"], name="medications_stock_once"
            ),
        ]
        indexes = [models.Index(fields=["facility_id", "place", "text"], name="medications_stock_place")]

    @property
    def controlled(self) -> bool:
        """Tell whether every piece is counted: a controlled substance, a sharp, a key."""
        return bool(self.schedule) or self.kind != MEDICINE


# The same of many lots at once.
CONTROLLED = ~Q(schedule="", kind=MEDICINE)


class StockEntry(models.Model):
    """One move of a lot: written once, never changed. `beyond` is what a nurse held in the hand though the book had less."""

    id = models.UUIDField(primary_key=True)
    stock = models.ForeignKey(StockLot, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=20)
    quantity = models.DecimalField(max_digits=10, decimal_places=3)
    change = models.DecimalField(max_digits=10, decimal_places=3)
    beyond = models.DecimalField(max_digits=10, decimal_places=3, default=0)
    balance = models.DecimalField(max_digits=10, decimal_places=3)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    witness = models.CharField(max_length=160, blank=True)
    witness_id = models.UUIDField(null=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey("medications.MedicationOrder", on_delete=models.PROTECT, null=True, related_name="+")
    dose_id = models.UUIDField(null=True)
    other = models.ForeignKey(StockLot, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    # The order form on which schedule II came: the number of the paper one, or of the electronic order.
    order_form = models.CharField(max_length=9, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stock", "number"], name="medications_stockentry_number"),
            models.UniqueConstraint(
                fields=["dose_id"], condition=Q(move=Move.REMOVE.value), name="medications_stockentry_dose_once"
            ),
            models.CheckConstraint(condition=Q(move__in=[m.value for m in SIGN]), name="medications_stockentry_move"),
            models.CheckConstraint(condition=Q(balance__gte=0, beyond__gte=0), name="medications_stockentry_balance"),
            models.CheckConstraint(
                condition=~Q(move=Move.REMOVE.value) | Q(order__isnull=False, person__isnull=False),
                name="medications_stockentry_tied",
            ),
            models.CheckConstraint(
                condition=Q(witness_id__isnull=True) | ~Q(witness_id=F("by_id")), name="medications_stockentry_two"
            ),
        ]
        indexes = [models.Index(fields=["order"], name="medications_stockentry_order")]


class StockCount(Row):
    """One count of all controlled lots at one place, by two people; `lines` hold what each lot should have had and had."""

    facility_id = models.UUIDField()
    place = models.CharField(max_length=40)
    counted_at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()
    second = models.CharField(max_length=160)
    second_id = models.UUIDField()
    single_nurse = models.BooleanField(default=False)
    lines = models.JSONField()
    # A shift's count, or the biennial inventory at the opening or the close of business (21 CFR 1304.11).
    kind = models.CharField(max_length=8, default="shift")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by_id=F("second_id")), name="medications_count_two"),
            models.CheckConstraint(condition=Q(kind__in=states.COUNT_KINDS), name="medications_count_kind"),
        ]
        indexes = [models.Index(fields=["facility_id", "place", "-counted_at"], name="medications_count_last")]


class StockDifference(Row):
    """A count that differs from the book: found, reported, explained. It holds up a shift's closing, never a dose."""

    stock = models.ForeignKey(StockLot, on_delete=models.PROTECT, related_name="differences")
    facility_id = models.UUIDField()
    expected = models.DecimalField(max_digits=10, decimal_places=3)
    counted = models.DecimalField(max_digits=10, decimal_places=3)
    state = models.CharField(max_length=10, default="found")
    found_at = models.DateTimeField()
    found_by = models.CharField(max_length=160)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.CharField(max_length=160, blank=True)
    report = models.CharField(max_length=600, blank=True)
    theft = models.BooleanField(default=False)
    # Whether the book may still be corrected by it: not after a later count that fits, nor for what a dose took beyond the book.
    stands = models.BooleanField(default=True)
    explained_at = models.DateTimeField(null=True)
    explained_by = models.CharField(max_length=160, blank=True)
    explanation = models.CharField(max_length=600, blank=True)
    # Who was told of a loss and the number of the form, by pharmacist or administrator.
    told = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.DIFFERENCE.check("state", "medications_difference_state"),
            models.CheckConstraint(condition=~Q(counted=F("expected")), name="medications_difference_differs"),
            models.UniqueConstraint(
                fields=["stock"], condition=~Q(state="explained"), name="medications_difference_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="found") | Q(reported_at__isnull=False) & ~Q(report=""),
                name="medications_difference_reported",
            ),
        ]
        indexes = [
            models.Index(fields=["facility_id"], name="medications_difference_open", condition=~Q(state="explained"))
        ]
