"""What came from outside and waits for somebody; a message asks for an order alone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import throughcare.kernel.ids

KINDS = ["request", "communication", "appointment", "document", "consent", "person"]


class Migration(migrations.Migration):
    dependencies = [("exchange", "0007_documents"), ("people", "0002_settledfact")]

    operations = [
        migrations.CreateModel(
            name="Incoming",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                ("kind", models.CharField(max_length=13)),
                ("about_type", models.CharField(max_length=40)),
                ("about_id", models.UUIDField()),
                ("others", models.JSONField(default=list)),
                ("data_class", models.CharField(max_length=24)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("urgency", models.CharField(default="routine", max_length=7)),
                ("sender", models.CharField(max_length=160)),
                ("facility_id", models.UUIDField(null=True)),
                ("received_at", models.DateTimeField()),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("words", models.TextField(blank=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, max_length=160)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=Q(("state", "waiting")), fields=["received_at"], name="exchange_incoming_waiting"
                    ),
                    models.Index(fields=["person", "received_at"], name="exchange_incoming_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["person", "id"], name="exchange_incoming_person_row"),
                    models.CheckConstraint(condition=Q(("kind__in", KINDS)), name="exchange_incoming_kind"),
                    models.CheckConstraint(
                        condition=Q(("urgency__in", ["routine", "urgent"])), name="exchange_incoming_urgency"
                    ),
                    models.CheckConstraint(
                        condition=Q(state="waiting", settled_at__isnull=True, settled_by="", words="")
                        | Q(state__in=("seen", "acted", "not_ours"), settled_at__isnull=False) & ~Q(settled_by=""),
                        name="exchange_incoming_state",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("state", "waiting")), fields=["about_id", "kind"], name="exchange_incoming_once"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="message", name="exchange_message_status"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=Q(("status__in", ("received", "applied", "repeated", "held", "refused"))),
                name="exchange_message_status",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(("status", "received")), fields=["received_at"], name="exchange_message_to_chart"
            ),
        ),
        migrations.RemoveConstraint(model_name="message", name="exchange_message_asks"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=Q(asks="") | Q(asks__in=("", "order"), status="applied"), name="exchange_message_asks"
            ),
        ),
    ]
