"""The kernel's own rows, and the two shapes from which every other row is made."""

from typing import Any

from django.db import models

from throughcare.kernel.ids import uuid7


class Row(models.Model):
    """A row of present state: identified by a UUIDv7, counted up by each change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def bump(self, **changes: Any) -> None:
        """Change these fields and count the version up; for actions only."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self.save(update_fields=[*changes, "version"])


class PersonRow(Row):
    """A row of facts about one person.

    The pair (person_id, id) is unique, so that other tables refer to both and the database refuses
    one person's fact on another's row (design.md 5); the references are written in migrations.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["person", "id"], name="%(app_label)s_%(class)s_person_row"),
        ]


class Intent(models.Model):
    """One thing somebody meant to do, with the digest of its content and its first result."""

    id = models.UUIDField(primary_key=True)
    action = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32)
    result = models.BinaryField()
    at = models.DateTimeField(db_index=True)


class ClockOffset(models.Model):
    """How far the demonstration's clock stands from the real one; one row, none in production."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_one_clock")]
