"""The ledger's tables as Django reads them; SQL makes and fills them (migrations/0001)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class _Version(models.Model):
    position = models.BigIntegerField(primary_key=True)
    subject_kind = models.TextField()
    subject = models.UUIDField()
    n = models.BigIntegerField()
    type = models.TextField()
    resource_id = models.UUIDField(db_column="id")
    version = models.IntegerField()
    media = models.TextField()
    data_class = models.TextField()
    action = models.TextField()
    actor = models.TextField()
    reason = models.TextField()
    source = models.TextField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    written_at = models.DateTimeField()
    renderer = models.IntegerField()
    salt = models.BinaryField()
    digest = models.BinaryField()
    hash = models.BinaryField()
    body = models.BinaryField(null=True)

    class Meta:
        abstract = True


class Version(_Version):
    """One version of one resource."""

    class Meta:
        managed = False
        db_table = "ledger_version"


class SealedVersion(_Version):
    """One version of one sealed resource; the database shows it to whoever the matrix lets in."""

    class Meta:
        managed = False
        db_table = "ledger_sealed_version"


class Current(models.Model):
    """Where one live resource stands: its class, its labels as bits, its code and status."""

    pk = models.CompositePrimaryKey("type", "resource_id")
    type = models.TextField()
    resource_id = models.UUIDField(db_column="id")
    version = models.IntegerField()
    person_id = models.UUIDField(null=True)
    data_class = models.TextField()
    labels = models.BigIntegerField()
    code = models.TextField()
    status = models.TextField()
    happened_at = models.DateTimeField()
    live = models.BooleanField()

    class Meta:
        managed = False
        db_table = "ledger_current"


class Read(models.Model):
    """One reading: who, as what, why, of whom, which classes of data."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    user_id = models.UUIDField()
    user_name = models.TextField()
    role = models.TextField()
    purpose = models.TextField()
    kind = models.TextField()
    route = models.TextField()
    people = ArrayField(models.UUIDField())
    classes = ArrayField(models.TextField())
    note = models.TextField()

    class Meta:
        managed = False
        db_table = "ledger_read"
