# A programme's own record under 42 CFR Part 2: sealed by row-level security, bodies encrypted.

import django.db.models.deletion
from django.db import migrations, models

import throughcare.kernel.ids
from throughcare.kernel import constraints


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_settledfact"),
        ("substance_use", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enrolment",
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
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="substance_use_enrolment_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("data_class", "part2")), name="substance_use_enrolment_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="substance_use_enrolment_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("person",),
                        name="substance_use_enrolment_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrolmentEntry",
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
                ("kind", models.CharField(max_length=16)),
                ("on", models.DateField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="substance_use.enrolment",
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
                "indexes": [models.Index(fields=["enrolment", "-on"], name="substance_use_entry_on")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="substance_use_enrolmententry_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("data_class", "part2")), name="substance_use_entry_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ("diagnosis", "exam", "plan", "drug_test", "counselling", "dual_check", "note"),
                            )
                        ),
                        name="substance_use_entry_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutsideCall",
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
                ("outcome", models.CharField(max_length=16)),
                ("next_try_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["person", "-recorded_at"], name="substance_use_call_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="substance_use_outsidecall_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("data_class", "part2")), name="substance_use_call_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ("answered", "closed", "no-answer", "wrong-number", "would-not-say"))
                        ),
                        name="substance_use_call_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "answered"), ("next_try_at__isnull", False), _connector="OR"),
                        name="substance_use_call_tried_again",
                    ),
                ],
            },
        ),
        constraints.same_person("substance_use_enrolmententry", "enrolment_id", "substance_use_enrolment"),
        *(
            constraints.sealed(table)
            for table in ("substance_use_outsidecall", "substance_use_enrolment", "substance_use_enrolmententry")
        ),
        *(
            constraints.frozen_when(
                table,
                "NEW IS DISTINCT FROM OLD",
                name=f"{table}_stays",
                sentence="what was written is not changed: add to it",
            )
            for table in ("substance_use_outsidecall", "substance_use_enrolmententry")
        ),
        constraints.frozen_when(
            "substance_use_enrolment",
            "OLD.until IS NOT NULL OR (NEW.person_id, NEW.since) IS DISTINCT FROM (OLD.person_id, OLD.since)",
            name="substance_use_enrolment_stays",
            sentence="an enrolment keeps its person and beginning, and once ended is not changed",
        ),
    ]
