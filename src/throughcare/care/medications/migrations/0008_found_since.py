"""What the chart made the checks say of an order since it was placed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("medications", "0007_left_by")]

    operations = [
        migrations.AddField(model_name="medicationorder", name="found_since", field=models.JSONField(default=list)),
    ]
