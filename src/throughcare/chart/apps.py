"""The chart room as Django knows it."""

from django.apps import AppConfig


class ChartConfig(AppConfig):
    """Chart: the clinical facts that all service lines share."""

    name = "throughcare.chart"
    label = "chart"
    grants = {"chart_blob": "SELECT, INSERT", "chart_sealedresponse": "SELECT, INSERT"}

    def load_content(self) -> None:
        """Keep the forms of the content as questionnaires."""
        from throughcare.chart.actions import load_forms
        from throughcare.kernel.actor import Actor

        load_forms(actor=Actor.system("setup"))
