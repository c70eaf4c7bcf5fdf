# The book of stock as a chain of entries; what people keep on their person.

from importlib import resources

import django.db.models.deletion
from django.db import migrations, models

import throughcare.kernel.ids
from throughcare.kernel import constraints

SQL = resources.files("throughcare.care.medications.sql")


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0002_second_signature_asked"),
        ("medications", "0001_initial"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptPack",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(default="clinical", max_length=20)),
                ("facility_id", models.UUIDField(null=True)),
                ("recorded_by", models.CharField(max_length=160)),
                ("recorder_id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("stock_id", models.UUIDField(null=True)),
                ("number", models.CharField(max_length=12, unique=True)),
                ("text", models.CharField(max_length=200)),
                ("lot", models.CharField(max_length=20)),
                ("expires_on", models.DateField(null=True)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=10)),
                ("per_day", models.DecimalField(decimal_places=3, max_digits=10, null=True)),
                ("supply_days", models.PositiveSmallIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("issued_on", models.DateField()),
                ("lasts_to", models.DateField()),
                ("signed_how", models.CharField(max_length=10)),
                ("early_why", models.CharField(blank=True, max_length=200)),
                ("state", models.CharField(default="kept", max_length=10)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=200)),
                ("left", models.DecimalField(decimal_places=3, max_digits=10, null=True)),
                (
                    "encounter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.encounter"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="medications.medicationorder",
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
                "indexes": [models.Index(fields=["person", "state"], name="medications_pack_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="medications_keptpack_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_class__in",
                                [
                                    "demographics",
                                    "operational_alert",
                                    "appointment",
                                    "clinical",
                                    "medication",
                                    "result",
                                    "infection",
                                    "mental_health",
                                    "reproductive",
                                    "grievance",
                                    "controlled_count",
                                    "audit_log",
                                    "request",
                                    "duty",
                                ],
                            )
                        ),
                        name="medications_pack_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("kept", "taken-back", "used-up", "lost"))),
                        name="medications_pack_state",
                    ),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="medications_pack_quantity"),
                    models.CheckConstraint(
                        condition=models.Q(("signed_how__in", ("paper", "mark"))), name="medications_pack_signed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptCount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(default="clinical", max_length=20)),
                ("facility_id", models.UUIDField(null=True)),
                ("recorded_by", models.CharField(max_length=160)),
                ("recorder_id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("counted", models.DecimalField(decimal_places=3, max_digits=10)),
                ("expected", models.DecimalField(decimal_places=3, max_digits=10)),
                ("flagged", models.BooleanField()),
                ("finding", models.CharField(blank=True, max_length=12)),
                ("words", models.CharField(blank=True, max_length=300)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "encounter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.encounter"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="medications.keptpack"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="medications_keptcount_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_class__in",
                                [
                                    "demographics",
                                    "operational_alert",
                                    "appointment",
                                    "clinical",
                                    "medication",
                                    "result",
                                    "infection",
                                    "mental_health",
                                    "reproductive",
                                    "grievance",
                                    "controlled_count",
                                    "audit_log",
                                    "request",
                                    "duty",
                                ],
                            )
                        ),
                        name="medications_keptcount_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("counted__gte", 0)), name="medications_keptcount_amount"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefillRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(default="clinical", max_length=20)),
                ("facility_id", models.UUIDField(null=True)),
                ("recorded_by", models.CharField(max_length=160)),
                ("recorder_id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("channel", models.CharField(max_length=8)),
                ("state", models.CharField(default="asked", max_length=10)),
                ("answer", models.CharField(blank=True, max_length=200)),
                (
                    "encounter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.encounter"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="medications.medicationorder"
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medications.keptpack",
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
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="medications_refillrequest_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_class__in",
                                [
                                    "demographics",
                                    "operational_alert",
                                    "appointment",
                                    "clinical",
                                    "medication",
                                    "result",
                                    "infection",
                                    "mental_health",
                                    "reproductive",
                                    "grievance",
                                    "controlled_count",
                                    "audit_log",
                                    "request",
                                    "duty",
                                ],
                            )
                        ),
                        name="medications_refill_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("asked", "filled", "declined"))),
                        name="medications_refill_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("order",), name="medications_refill_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("facility_id", models.UUIDField()),
                ("place", models.CharField(max_length=40)),
                ("counted_at", models.DateTimeField()),
                ("by", models.CharField(max_length=160)),
                ("by_id", models.UUIDField()),
                ("second", models.CharField(max_length=160)),
                ("second_id", models.UUIDField()),
                ("single_nurse", models.BooleanField(default=False)),
                ("lines", models.JSONField()),
                ("kind", models.CharField(default="shift", max_length=8)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["facility_id", "place", "-counted_at"], name="medications_count_last")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("by_id", models.F("second_id")), _negated=True),
                        name="medications_count_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("shift", "opening", "closing"))),
                        name="medications_count_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("facility_id", models.UUIDField()),
                ("place", models.CharField(max_length=40)),
                ("code", models.CharField(blank=True, max_length=20)),
                ("text", models.CharField(max_length=200)),
                ("ndc", models.CharField(blank=True, max_length=11)),
                ("gtin", models.CharField(blank=True, max_length=14)),
                ("lot", models.CharField(max_length=20)),
                ("expires_on", models.DateField(null=True)),
                ("unit", models.CharField(max_length=20)),
                ("schedule", models.CharField(blank=True, max_length=5)),
                ("balance", models.DecimalField(decimal_places=3, default=0, max_digits=10)),
                ("entries", models.PositiveIntegerField(default=0)),
                ("unscannable", models.CharField(blank=True, max_length=120)),
                ("counted_at", models.DateTimeField(null=True)),
                ("counted", models.DecimalField(decimal_places=3, max_digits=10, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["facility_id", "place", "text"], name="medications_stock_place")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="medications_stock_balance"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("text", ""), _negated=True), models.Q(("lot", ""), _negated=True)),
                        name="medications_stock_named",
                    ),
                    models.UniqueConstraint(
                        fields=("facility_id", "place", "code", "text", "ndc", "lot"), name="medications_stock_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockEntry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("move", models.CharField(max_length=20)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=10)),
                ("change", models.DecimalField(decimal_places=3, max_digits=10)),
                ("beyond", models.DecimalField(decimal_places=3, default=0, max_digits=10)),
                ("balance", models.DecimalField(decimal_places=3, max_digits=10)),
                ("happened_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("by", models.CharField(max_length=160)),
                ("by_id", models.UUIDField()),
                ("witness", models.CharField(blank=True, max_length=160)),
                ("witness_id", models.UUIDField(null=True)),
                ("dose_id", models.UUIDField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medications.medicationorder",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medications.stocklot",
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="medications.stocklot"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stock", "number"), name="medications_stockentry_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("move", "remove_for_dose")),
                        fields=("dose_id",),
                        name="medications_stockentry_dose_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "move__in",
                                [
                                    "receive",
                                    "return_to_stock",
                                    "transfer_in",
                                    "correction",
                                    "waste_of_removed",
                                    "remove_for_dose",
                                    "waste",
                                    "transfer_out",
                                    "send_back",
                                    "destroy",
                                ],
                            )
                        ),
                        name="medications_stockentry_move",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0), ("beyond__gte", 0)),
                        name="medications_stockentry_balance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("move", "remove_for_dose"), _negated=True),
                            models.Q(("order__isnull", False), ("person__isnull", False)),
                            _connector="OR",
                        ),
                        name="medications_stockentry_tied",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("witness_id__isnull", True),
                            models.Q(("witness_id", models.F("by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="medications_stockentry_two",
                    ),
                ],
                "indexes": [models.Index(fields=["order"], name="medications_stockentry_order")],
            },
        ),
        migrations.CreateModel(
            name="StockDifference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("facility_id", models.UUIDField()),
                ("expected", models.DecimalField(decimal_places=3, max_digits=10)),
                ("counted", models.DecimalField(decimal_places=3, max_digits=10)),
                ("state", models.CharField(default="found", max_length=10)),
                ("found_at", models.DateTimeField()),
                ("found_by", models.CharField(max_length=160)),
                ("reported_at", models.DateTimeField(null=True)),
                ("reported_by", models.CharField(blank=True, max_length=160)),
                ("report", models.CharField(blank=True, max_length=600)),
                ("theft", models.BooleanField(default=False)),
                ("stands", models.BooleanField(default=True)),
                ("explained_at", models.DateTimeField(null=True)),
                ("explained_by", models.CharField(blank=True, max_length=160)),
                ("explanation", models.CharField(blank=True, max_length=600)),
                ("told", models.CharField(blank=True, max_length=300)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "stock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="medications.stocklot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("found", "reported", "explained"))),
                        name="medications_difference_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("counted", models.F("expected")), _negated=True),
                        name="medications_difference_differs",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "explained"), _negated=True),
                        fields=("stock",),
                        name="medications_difference_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "found"),
                            models.Q(("reported_at__isnull", False), models.Q(("report", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="medications_difference_reported",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "explained"), _negated=True),
                        fields=["facility_id"],
                        name="medications_difference_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptFitness",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("data_class", models.CharField(default="clinical", max_length=20)),
                ("facility_id", models.UUIDField(null=True)),
                ("recorded_by", models.CharField(max_length=160)),
                ("recorder_id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("fit", models.BooleanField()),
                ("words", models.CharField(blank=True, max_length=300)),
                ("lapsed_at", models.DateTimeField(null=True)),
                ("lapsed_why", models.CharField(blank=True, max_length=24)),
                (
                    "encounter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.encounter"
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
                "indexes": [models.Index(fields=["person", "-recorded_at"], name="medications_fitness_last")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="medications_keptfitness_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_class__in",
                                [
                                    "demographics",
                                    "operational_alert",
                                    "appointment",
                                    "clinical",
                                    "medication",
                                    "result",
                                    "infection",
                                    "mental_health",
                                    "reproductive",
                                    "grievance",
                                    "controlled_count",
                                    "audit_log",
                                    "request",
                                    "duty",
                                ],
                            )
                        ),
                        name="medications_fitness_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lapsed_at__isnull", True), ("lapsed_why", "")),
                            models.Q(
                                ("lapsed_at__isnull", False),
                                (
                                    "lapsed_why__in",
                                    [
                                        "transfer",
                                        "watch",
                                        "restrictive_housing",
                                        "hoarding",
                                        "failed_check",
                                        "overdose",
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="medications_fitness_lapse",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.joinpath("stock.sql").read_text(), migrations.RunSQL.noop),
        constraints.same_person("medications_stockentry", "order_id", "medications_medicationorder"),
        constraints.same_person("medications_keptfitness", "encounter_id", "chart_encounter"),
        constraints.same_person("medications_keptpack", "encounter_id", "chart_encounter"),
        constraints.same_person("medications_keptpack", "order_id", "medications_medicationorder"),
        constraints.same_person("medications_keptcount", "encounter_id", "chart_encounter"),
        constraints.same_person("medications_keptcount", "pack_id", "medications_keptpack"),
        constraints.same_person("medications_refillrequest", "encounter_id", "chart_encounter"),
        constraints.same_person("medications_refillrequest", "order_id", "medications_medicationorder"),
        constraints.same_person("medications_refillrequest", "pack_id", "medications_keptpack"),
        constraints.frozen_when(
            "medications_stockcount", "true", name="medications_count_stays", sentence="a count stays as it was made"
        ),
        constraints.frozen_when(
            "medications_stockdifference",
            "OLD.state = 'explained'",
            name="medications_difference_stays",
            sentence="a difference that was explained stays as it is",
        ),
    ]
