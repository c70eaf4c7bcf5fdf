"""What is counted beside medicines, and the order form under which schedule II comes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("medications", "0005_leases"),
        ("people", "0002_settledfact"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="stockentry",
            name="medications_stockentry_move",
        ),
        migrations.AddField(
            model_name="stockentry",
            name="order_form",
            field=models.CharField(blank=True, max_length=9),
        ),
        migrations.AddField(
            model_name="stocklot",
            name="kind",
            field=models.CharField(default="medicine", max_length=8),
        ),
        migrations.AddConstraint(
            model_name="stockentry",
            constraint=models.CheckConstraint(
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
                            "use",
                        ],
                    )
                ),
                name="medications_stockentry_move",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocklot",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("medicine", "sharp", "key"))), name="medications_stock_kind"
            ),
        ),
    ]
