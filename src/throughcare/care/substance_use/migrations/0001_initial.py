# Withdrawal monitoring: episodes, checks, offers.

import django.db.models.deletion
from django.db import migrations, models

import throughcare.kernel.ids
from throughcare.kernel import constraints


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("chart", "0004_reports_of_others"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.CreateModel(
            name="Episode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("facility_id", models.UUIDField(null=True)),
                ("substance", models.CharField(max_length=12)),
                ("state", models.CharField(default="active", max_length=12)),
                ("because", models.CharField(max_length=240)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=160)),
                ("prior_severe", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=160)),
                ("ended_why", models.CharField(blank=True, max_length=240)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=160)),
                ("decision", models.CharField(blank=True, max_length=20)),
                ("decision_words", models.CharField(blank=True, max_length=400)),
                ("table_version", models.CharField(max_length=40)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["person", "-opened_at"], name="substance_use_episode_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="substance_use_episode_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("active", "finished", "left"))),
                        name="substance_use_episode_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("substance__in", ("opioid", "alcohol", "sedative", "stimulant"))),
                        name="substance_use_episode_substance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("ended_by", ""), ("ended_why", ""), ("state", "active")
                            ),
                            models.Q(
                                models.Q(("state", "active"), _negated=True),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("ended_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="substance_use_episode_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by", ""), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="substance_use_episode_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("person", "substance"),
                        name="substance_use_episode_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("facility_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=160)),
                ("by_id", models.UUIDField()),
                ("score", models.SmallIntegerField(null=True)),
                ("band", models.CharField(blank=True, max_length=40)),
                ("measured", models.JSONField(default=dict)),
                ("signs", models.JSONField(default=list)),
                ("words", models.CharField(blank=True, max_length=400)),
                ("level", models.CharField(default="routine", max_length=16)),
                ("reasons", models.JSONField(default=list)),
                ("next_at", models.DateTimeField()),
                ("next_why", models.CharField(max_length=200)),
                ("may_end", models.BooleanField(default=False)),
                ("table_version", models.CharField(max_length=40)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "response",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chart.formresponse",
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="substance_use.episode"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["episode", "-at"], name="substance_use_check_episode")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="substance_use_check_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("scored", "asleep", "unable", "refused"))),
                        name="substance_use_check_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True),
                            models.Q(("kind", "scored"), ("response__isnull", False)),
                            _connector="OR",
                        ),
                        name="substance_use_check_score_is_a_forms",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=throughcare.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("facility_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=160)),
                ("by_id", models.UUIDField()),
                ("answer", models.CharField(max_length=10)),
                ("wish", models.CharField(blank=True, max_length=20)),
                ("words", models.CharField(blank=True, max_length=400)),
                ("pregnant", models.BooleanField(default=False)),
                ("language", models.CharField(default="en", max_length=5)),
                ("interpreter", models.CharField(blank=True, max_length=80)),
                (
                    "episode",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="substance_use.episode",
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
                "indexes": [models.Index(fields=["person", "-at"], name="substance_use_offer_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="substance_use_offer_person_row"),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ("accepted", "declined", "later", "unable"))),
                        name="substance_use_offer_answer",
                    ),
                ],
            },
        ),
        constraints.same_person("substance_use_check", "episode_id", "substance_use_episode"),
        constraints.same_person("substance_use_check", "response_id", "chart_formresponse"),
        constraints.same_person("substance_use_offer", "episode_id", "substance_use_episode"),
        constraints.frozen_when(
            "substance_use_check",
            "NEW IS DISTINCT FROM OLD",
            name="substance_use_check_stays",
            sentence="a check is not changed: make another",
        ),
        constraints.frozen_when(
            "substance_use_offer",
            "NEW IS DISTINCT FROM OLD",
            name="substance_use_offer_stays",
            sentence="an answer is not changed: offer again",
        ),
        constraints.frozen_when(
            "substance_use_episode",
            "(NEW.person_id, NEW.substance, NEW.opened_at) IS DISTINCT FROM (OLD.person_id, OLD.substance, OLD.opened_at)",
            name="substance_use_episode_stays",
            sentence="monitoring keeps its person, substance and beginning",
        ),
        constraints.frozen_when(
            "substance_use_episode",
            "OLD.state = 'finished'",
            name="substance_use_episode_ended_stays",
            sentence="monitoring that an order ended is not changed",
        ),
    ]
