"""An export on its way: who asked for what, how far it is, and the files it has made. The files lie outside the database, encrypted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughcare.kernel.models import Row

LEVELS = ("system", "patient", "group")
STATES = ("asked", "done", "failed", "cancelled", "over")


class Export(Row):
    """One export. Its lens is made anew at each step from user, posting, person and scopes, as a token's is."""

    level = models.CharField(max_length=7)
    group_id = models.UUIDField(null=True)
    # The people of the group when it was asked for; null where it is not of a group.
    members = ArrayField(models.UUIDField(), null=True)
    request = models.CharField(max_length=4000)
    client = models.CharField(max_length=200, blank=True)
    token = models.ForeignKey("access.Token", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey("access.Posting", on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField(null=True)
    scopes = ArrayField(models.CharField(max_length=200), null=True)
    types = ArrayField(models.CharField(max_length=60))
    # Searches, one of which an entry of their type must answer: [type, query].
    filters = models.JSONField(default=list)
    since = models.DateTimeField(null=True)
    # The horizon of the export that `since` is the time of: what committed late is not lost between two exports.
    since_tx = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9, default="asked")
    # What was committed before this transaction is in it, and nothing else.
    horizon = models.BigIntegerField()
    as_of = models.DateTimeField()
    # How far it is: which type, which part of it, after which id.
    at_type = models.PositiveSmallIntegerField(default=0)
    at_part = models.CharField(max_length=8, default="open")
    at_id = models.UUIDField(null=True)
    resources = models.BigIntegerField(default=0)
    # The key of its files, sealed with the key outside the database.
    key = models.BinaryField()
    trouble = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="bulk_export_level"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="bulk_export_state"),
            models.CheckConstraint(
                condition=Q(level="group", group_id__isnull=False, members__isnull=False)
                | ~Q(level="group") & Q(group_id=None, members=None),
                name="bulk_export_group",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at=None) | ~Q(state="asked") & Q(ended_at__isnull=False),
                name="bulk_export_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(expires_at__isnull=False), name="bulk_export_expires"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="asked"), name="bulk_export_waiting"),
            models.Index(fields=["ended_at"], condition=Q(wiped_at=None), name="bulk_export_unwiped"),
        ]


class ExportFile(models.Model):
    """One file of an export: resources of one type, in frames each encrypted by itself."""

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="files")
    n = models.PositiveIntegerField()
    type = models.CharField(max_length=60)
    resources = models.PositiveIntegerField(default=0)
    frames = models.PositiveIntegerField(default=0)
    # How long the file is as far as the export has got; what lies behind was written by a step that did not end.
    length = models.BigIntegerField(default=0)
    people = ArrayField(models.UUIDField(), default=list)
    classes = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "n"], name="bulk_file_once")]
