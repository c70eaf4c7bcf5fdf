# An index over what places owe of themselves by rule: when a place last did it is asked by a page.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0002_duties_of_places")]

    operations = [
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("person__isnull", True)),
                fields=["subject_id", "rule", "closed_at"],
                name="duties_duty_place_rule",
            ),
        ),
    ]
