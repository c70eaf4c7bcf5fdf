# Orders and entries of programmes under 42 CFR Part 2: sealed by row-level security, their bodies encrypted.

from importlib import resources

import django.db.models.deletion
from django.db import migrations, models

import throughcare.kernel.ids
from throughcare.kernel import constraints

SQL = resources.files("throughcare.care.medications.sql")


class Migration(migrations.Migration):
    dependencies = [
        ("medications", "0003_doors"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProgrammeOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(default="part2", max_length=20)),
                ("facility_id", models.UUIDField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=160)),
                ("recorder_id", models.UUIDField()),
                ("body", models.BinaryField()),
                ("status", models.CharField(default="active", max_length=20)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("doses_until", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medications.programmeorder",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["person", "status"], name="medications_programme_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="medications_programmeorder_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("data_class", "part2")), name="medications_programme_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("active", "stopped", "completed"))),
                        name="medications_programme_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="medications_programme_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("status", "active")),
                            models.Q(models.Q(("status", "active"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="medications_programme_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(default="part2", max_length=20)),
                ("facility_id", models.UUIDField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=160)),
                ("recorder_id", models.UUIDField()),
                ("body", models.BinaryField()),
                ("kind", models.CharField(max_length=20)),
                ("dose_id", models.UUIDField(null=True)),
                ("happened_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medications.programmeorder",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["person", "-happened_at"], name="medications_programmeentry_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="medications_programmeentry_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("data_class", "part2")), name="medications_programmeentry_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "dose",
                                    "reassessed",
                                    "diversion",
                                    "enrolment_check",
                                    "guest",
                                    "letter",
                                    "three_day",
                                    "source",
                                    "outside_report",
                                ),
                            )
                        ),
                        name="medications_programmeentry_kind",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.joinpath("programme.sql").read_text(), migrations.RunSQL.noop),
        constraints.same_person("medications_programmeorder", "replaces_id", "medications_programmeorder"),
        constraints.same_person("medications_programmeentry", "order_id", "medications_programmeorder"),
        constraints.sealed("medications_programmeorder"),
        constraints.sealed("medications_programmeentry"),
        constraints.frozen_when(
            "medications_programmeorder",
            "(NEW.person_id, NEW.body, NEW.starts_at) IS DISTINCT FROM (OLD.person_id, OLD.body, OLD.starts_at)",
            name="medications_programme_stays",
            sentence="what was ordered is not changed: a new order replaces it",
        ),
    ]
