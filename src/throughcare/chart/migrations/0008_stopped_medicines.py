# Why a medicine from outside was not taken on, and whose decision it was.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0007_own_notes"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.AddField(
            model_name="homemedicine",
            name="stopped_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="homemedicine",
            name="stopped_by",
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name="homemedicine",
            name="stopped_why",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="homemedicine",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stopped_at__isnull", True), ("stopped_why", "")),
                    models.Q(("stopped_at__isnull", False), models.Q(("stopped_why", ""), _negated=True)),
                    _connector="OR",
                ),
                name="chart_homemedicine_stopped_says_why",
            ),
        ),
    ]
