# When a laboratory said a line, and when it took a whole report back: so that its messages may come in any order.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0008_stopped_medicines"),
    ]

    operations = [
        migrations.AddField(
            model_name="observation",
            name="said_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="taken_back_at",
            field=models.DateTimeField(null=True),
        ),
    ]
