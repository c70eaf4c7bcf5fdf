# An index over what places owe of themselves, for the clock asks of their days at each tick.

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0001_initial"),
        ("people", "0002_settledfact"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("person__isnull", True)),
                fields=["trigger", "opened_at"],
                name="duties_duty_of_place",
            ),
        ),
    ]
