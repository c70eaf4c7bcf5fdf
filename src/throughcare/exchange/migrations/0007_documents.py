"""Documents of other health services, what each says item by item, and what was sent out."""

import django.db.models.deletion
from django.db import migrations, models

import throughcare.kernel.ids

FORWARD = """
CREATE FUNCTION exchange_document_as_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.raw, OLD.digest, OLD.door, OLD.received_at, OLD.received_by, OLD.said)
     IS DISTINCT FROM (NEW.raw, NEW.digest, NEW.door, NEW.received_at, NEW.received_by, NEW.said) THEN
    RAISE EXCEPTION 'what was received is kept as it came' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER exchange_document_as_came BEFORE UPDATE ON exchange_received
  FOR EACH ROW EXECUTE FUNCTION exchange_document_as_came();
ALTER TABLE exchange_received ADD CONSTRAINT exchange_received_digest CHECK (sha256(raw) = digest);
CREATE FUNCTION exchange_item_as_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.item, OLD.document_id, OLD.person_id, OLD.n) IS DISTINCT FROM (NEW.item, NEW.document_id, NEW.person_id, NEW.n) THEN
    RAISE EXCEPTION 'what was received is kept as it came' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER exchange_item_as_came BEFORE UPDATE ON exchange_said
  FOR EACH ROW EXECUTE FUNCTION exchange_item_as_came();
"""
BACK = """
DROP TRIGGER exchange_item_as_came ON exchange_said;
DROP FUNCTION exchange_item_as_came();
ALTER TABLE exchange_received DROP CONSTRAINT exchange_received_digest;
DROP TRIGGER exchange_document_as_came ON exchange_received;
DROP FUNCTION exchange_document_as_came();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0006_outside"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.CreateModel(
            name="Received",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("digest", models.BinaryField(max_length=32)),
                ("raw", models.BinaryField()),
                ("name", models.CharField(blank=True, max_length=200)),
                ("door", models.CharField(max_length=20)),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=160)),
                ("kind", models.CharField(max_length=24)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("number", models.CharField(blank=True, max_length=240)),
                ("replaces", models.CharField(blank=True, max_length=240)),
                ("written", models.CharField(blank=True, max_length=40)),
                ("sender", models.CharField(blank=True, max_length=160)),
                ("said", models.JSONField(default=dict)),
                ("counted", models.JSONField(default=dict)),
                ("odd", models.JSONField(default=list)),
                ("protected", models.BooleanField(default=False)),
                ("facility_id", models.UUIDField(null=True)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("hold", models.CharField(blank=True, max_length=16)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, max_length=160)),
                ("why", models.CharField(blank=True, max_length=400)),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Said",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("n", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("data_class", models.CharField(max_length=24)),
                ("labels", models.BigIntegerField(default=0)),
                ("item", models.JSONField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=160)),
                ("decider_id", models.UUIDField(null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
                ("charted_as", models.CharField(blank=True, max_length=40)),
                ("charted_id", models.UUIDField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="exchange.received"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SentDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("form", models.CharField(max_length=16)),
                ("media", models.CharField(max_length=60)),
                ("size", models.PositiveIntegerField()),
                ("data_class", models.CharField(max_length=24)),
                ("digest", models.BinaryField(max_length=32)),
                ("recipient", models.CharField(max_length=160)),
                ("purpose", models.CharField(max_length=24)),
                ("basis", models.CharField(max_length=24)),
                ("consent_id", models.UUIDField(null=True)),
                ("notices", models.JSONField(default=list)),
                ("told", models.JSONField(default=dict)),
                ("kept_back", models.JSONField(default=list)),
                ("sent_at", models.DateTimeField()),
                ("sent_by", models.CharField(max_length=160)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="received",
            index=models.Index(fields=["person", "-received_at"], name="exchange_received_person"),
        ),
        migrations.AddIndex(
            model_name="received",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["received_at"], name="exchange_received_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="received",
            constraint=models.UniqueConstraint(fields=("digest",), name="exchange_received_once"),
        ),
        migrations.AddConstraint(
            model_name="received",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("waiting", "open", "done", "set_aside"))),
                name="exchange_received_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="received",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "set_aside"]), ("person__isnull", False), _connector="OR"),
                name="exchange_received_whose",
            ),
        ),
        migrations.AddIndex(
            model_name="said",
            index=models.Index(fields=["person", "state"], name="exchange_said_person"),
        ),
        migrations.AddConstraint(
            model_name="said",
            constraint=models.UniqueConstraint(fields=("person", "id"), name="exchange_said_person_row"),
        ),
        migrations.AddConstraint(
            model_name="said",
            constraint=models.UniqueConstraint(fields=("document", "n"), name="exchange_said_once"),
        ),
        migrations.AddConstraint(
            model_name="said",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("open", "accepted", "known", "rejected"))), name="exchange_said_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="said",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="exchange_said_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="said",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "rejected"), _negated=True),
                    models.Q(("why", ""), _negated=True),
                    _connector="OR",
                ),
                name="exchange_said_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="sentdocument",
            index=models.Index(fields=["person", "-sent_at"], name="exchange_sentdocument_person"),
        ),
        migrations.AddConstraint(
            model_name="sentdocument",
            constraint=models.UniqueConstraint(fields=("person", "id"), name="exchange_sentdocument_person_row"),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
