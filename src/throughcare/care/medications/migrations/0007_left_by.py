"""By which way out of custody an order was stopped: undone, that way out brings back what it stopped, and nothing else."""

from django.db import migrations, models
from django.db.models import Q

LEFT = ("stopped", "entered-in-error")


class Migration(migrations.Migration):
    dependencies = [
        ("medications", "0006_sharps_and_order_forms"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        *(
            migrations.AddField(model_name=model, name="left_by", field=models.UUIDField(null=True))
            for model in ("medicationorder", "programmeorder")
        ),
        migrations.AddConstraint(
            model_name="medicationorder",
            constraint=models.CheckConstraint(
                condition=Q(("left_by__isnull", True), ("status__in", LEFT), _connector="OR"),
                name="medications_order_left",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmeorder",
            constraint=models.CheckConstraint(
                condition=Q(("left_by__isnull", True), ("status", "stopped"), _connector="OR"),
                name="medications_programme_left",
            ),
        ),
    ]
