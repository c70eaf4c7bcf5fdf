"""Expected doses and what became of each, partitioned by the month in which they are due; and the passes that give them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.models.orders import MedicationOrder
from throughcare.kernel.models import Row


class Dose(models.Model):
    """One dose that is due (FHIR MedicationAdministration once it is charted).

    Its identifier is made of its order and its time (`dose_ids`), so that the server, a tablet without a network and a
    second laying-out name the same dose alike, and its month's partition is known from the identifier.
    The table is made by SQL: Django knows its columns, not its partitions.
    """

    id = models.UUIDField(primary_key=True)
    due_at = models.DateTimeField()
    person = models.ForeignKey("people.Person", on_delete=models.DO_NOTHING, related_name="+")
    order = models.ForeignKey(MedicationOrder, on_delete=models.DO_NOTHING, null=True, related_name="+")
    # A dose of a sealed programme (42 CFR Part 2): its order is in a table of its own.
    programme_order_id = models.UUIDField(null=True)
    pass_code = models.TextField()
    amount = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    critical = models.BooleanField()
    controlled = models.BooleanField()
    status = models.TextField(default=states.EXPECTED)
    version = models.IntegerField(default=1)
    # What became of it.
    happened_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    facility_id = models.UUIDField(null=True)
    by = models.TextField(null=True)
    by_id = models.UUIDField(null=True)
    reason = models.TextField(null=True)
    detail = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "medications_dose"


class MedicationPass(Row):
    """One pass at one facility on one day: opened by a nurse, closed when every due dose has a status."""

    facility_id = models.UUIDField()
    day = models.DateField()
    code = models.CharField(max_length=20)
    line = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, default="open")
    lockdown = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=160)
    opener_id = models.UUIDField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=160, blank=True)
    # Doses that had no status when it ended, and when the last of them got one.
    blanks = ArrayField(models.UUIDField(), default=list)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.PASS.check("state", "medications_pass_state"),
            models.UniqueConstraint(fields=["facility_id", "day", "code", "line"], name="medications_pass_once"),
        ]
        indexes = [
            GinIndex(fields=["blanks"], name="medications_pass_blanks", condition=Q(settled_at__isnull=True)),
        ]
