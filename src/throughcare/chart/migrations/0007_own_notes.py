# Notes that their author alone reads: row-level security by class and author, bodies encrypted.

import django.db.models.deletion
from django.db import migrations, models

import throughcare.kernel.ids
import throughcare.kernel.vocabulary
from throughcare.kernel import constraints


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0006_vaccines_and_deliveries"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(max_length=20)),
                ("author_id", models.UUIDField()),
                ("status", models.CharField(default="draft", max_length=20)),
                ("begun_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("body", models.BinaryField()),
                (
                    "addends",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addenda",
                        to="chart.ownnote",
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
                "indexes": [models.Index(fields=["author_id", "person", "-id"], name="chart_ownnote_author")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="chart_ownnote_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_class__in",
                                [
                                    throughcare.kernel.vocabulary.DataClass["PSYCHOTHERAPY"],
                                    throughcare.kernel.vocabulary.DataClass["SUD_COUNSELLING"],
                                ],
                            )
                        ),
                        name="chart_ownnote_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("draft", "signed"))), name="chart_ownnote_status"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", True), ("status", "draft")),
                            models.Q(models.Q(("status", "draft"), _negated=True), ("signed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="chart_ownnote_signed",
                    ),
                ],
            },
        ),
        constraints.same_person("chart_ownnote", "addends_id", "chart_ownnote"),
        constraints.sealed("chart_ownnote", author_column="author_id"),
        constraints.frozen_when(
            "chart_ownnote",
            "OLD.status <> 'draft' OR (NEW.person_id, NEW.author_id, NEW.data_class, NEW.addends_id) "
            "IS DISTINCT FROM (OLD.person_id, OLD.author_id, OLD.data_class, OLD.addends_id)",
            name="chart_ownnote_signed_words_stay",
            sentence="a signed note is not changed: add to it",
        ),
    ]
