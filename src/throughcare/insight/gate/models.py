"""An edition on its way out: drafted, signed by two, published, perhaps withdrawn. The database holds the rules."""

from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import Row

STATES = ("draft", "published", "withdrawn")


class Publication(Row):
    """One edition. `tables` is what may be seen; `told` are the true counts, which never leave."""

    name = models.CharField(max_length=24, unique=True)
    quarter = models.CharField(max_length=7)
    state = models.CharField(max_length=9, default="draft")
    demonstration = models.BooleanField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    corrections = models.JSONField(default=list)
    after = models.PositiveIntegerField()
    tables = models.JSONField()
    told = models.BinaryField()
    exposed = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    drafted_by = models.UUIDField()
    drafted_name = models.CharField(max_length=160)
    drafted_at = models.DateTimeField()
    clinical_by = models.UUIDField(null=True)
    clinical_name = models.CharField(max_length=160, blank=True)
    clinical_at = models.DateTimeField(null=True)
    privacy_by = models.UUIDField(null=True)
    privacy_name = models.CharField(max_length=160, blank=True)
    privacy_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=160, blank=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=160, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    because_en = models.CharField(max_length=400, blank=True)
    because_es = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="gate_publication_state"),
            models.CheckConstraint(condition=~Q(clinical_by=F("drafted_by")), name="gate_author_signs_not_clinical"),
            models.CheckConstraint(condition=~Q(privacy_by=F("drafted_by")), name="gate_author_signs_not_privacy"),
            models.CheckConstraint(condition=~Q(clinical_by=F("privacy_by")), name="gate_two_people_sign"),
            models.CheckConstraint(
                condition=Q(clinical_by__isnull=True, clinical_at__isnull=True, clinical_name="")
                | Q(clinical_by__isnull=False, clinical_at__isnull=False) & ~Q(clinical_name=""),
                name="gate_clinical_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(privacy_by__isnull=True, privacy_at__isnull=True, privacy_name="")
                | Q(privacy_by__isnull=False, privacy_at__isnull=False) & ~Q(privacy_name=""),
                name="gate_privacy_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, published_by="")
                | Q(clinical_by__isnull=False, privacy_by__isnull=False, published_at__isnull=False, exposed=0)
                & ~Q(state="draft")
                & ~Q(published_by=""),
                name="gate_published_is_signed_twice",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="") & ~Q(state="withdrawn")
                | Q(state="withdrawn", withdrawn_at__isnull=False)
                & ~Q(withdrawn_by="")
                & ~Q(because_en="")
                & ~Q(because_es=""),
                name="gate_withdrawn_says_why",
            ),
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="gate_corrects_another"),
        ]


class PublishedFile(Row):
    """One file of a published edition, byte for byte."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "path"], name="gate_file_once")]
