"""Places: an agency, its facilities open and closed, their units, cells and beds."""

from django.db import models
from django.db.models import F, Q

from throughcare.custody.rules import BUNKS, FACILITY_KINDS, FACILITY_SEXES, UNIT_KINDS
from throughcare.kernel.models import Row


class Agency(Row):
    """One corrections agency."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=40, default="America/New_York")


class Facility(Row):
    """One site, with the days on which it was opened and closed."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="facilities")
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60)
    town = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=16)
    sex = models.CharField(max_length=6, default="any")
    level = models.CharField(max_length=40, blank=True)
    zone = models.CharField(max_length=40, default="America/New_York")
    capacity = models.PositiveIntegerField(null=True)
    nurse_phone = models.CharField(max_length=20, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FACILITY_KINDS), name="custody_facility_kind"),
            models.CheckConstraint(condition=Q(sex__in=FACILITY_SEXES), name="custody_facility_sex"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=True) | Q(closed_on__gt=F("opened_on")),
                name="custody_facility_period",
            ),
        ]


class PlaceCode(Row):
    """A code by which other systems name a facility; one facility's only."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=60, unique=True)


class Unit(Row):
    """A housing unit, or another part of a facility in which people stay. Its name never tells why."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, default="housing")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "code"], name="custody_unit_code"),
            models.UniqueConstraint(fields=["facility", "id"], name="custody_unit_of_facility"),
            models.CheckConstraint(condition=Q(kind__in=UNIT_KINDS), name="custody_unit_kind"),
        ]


class Cell(Row):
    """A cell, or a bay of a dormitory."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cells")
    code = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="custody_cell_code"),
            models.UniqueConstraint(fields=["unit", "id"], name="custody_cell_of_unit"),
        ]


class Bed(Row):
    """A bed for one."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="beds")
    code = models.CharField(max_length=10)
    bunk = models.CharField(max_length=6, default="single")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cell", "code"], name="custody_bed_code"),
            models.UniqueConstraint(fields=["unit", "id"], name="custody_bed_of_unit"),
            models.CheckConstraint(condition=Q(bunk__in=BUNKS), name="custody_bed_bunk"),
        ]
