"""The questions of the chart's small forms, with what was typed and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from throughcare.chart import vaccines
from throughcare.chart.actions.specialists import SINCE
from throughcare.kernel import clock
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

DOCUMENTS = ("letter", "scan", "picture", "consent", "outside_record", "other")


def asked(form: str, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Give the fields of one of the chart's small forms."""
    return [replace(f, value=typed.get(f.name, f.value), error=wrong.get(f.name, "")) for f in FORMS[form]()]


def _problem() -> Sequence[FieldShape]:
    return (
        FieldShape("text", t("chart.problem"), required=True, max_length=240),
        FieldShape("onset", t("chart.since"), "date", width="m"),
        FieldShape("provisional", t("chart.provisional"), "check"),
    )


def _allergy() -> Sequence[FieldShape]:
    return (
        FieldShape("text", t("chart.allergic_to"), required=True, max_length=160, hint=t("chart.allergy_hint")),
        FieldShape("reaction", t("chart.reaction"), max_length=200),
        FieldShape("severe", t("chart.severe"), "check"),
    )


def _medicine() -> Sequence[FieldShape]:
    return (
        FieldShape("text", t("chart.medicine"), required=True, max_length=200),
        FieldShape("dose", t("chart.dose"), max_length=120),
        FieldShape("last_taken", t("chart.last_taken"), max_length=80),
        FieldShape("pharmacy", t("chart.pharmacy"), max_length=120),
        FieldShape("critical", t("chart.critical"), "check"),
    )


def _vaccine() -> Sequence[FieldShape]:
    today = clock.local(clock.now()).date().isoformat()
    listed = [Option("", t("chart.vaccine_other")), *(Option(code, title) for code, title in vaccines.titles().items())]
    return (
        FieldShape("vaccine", t("chart.vaccine"), "select", options=listed),
        FieldShape("text", t("chart.vaccine_words"), max_length=200),
        FieldShape("day", t("chart.vaccine_day"), "date", required=True, width="m", value=today),
        FieldShape("elsewhere", t("chart.vaccine_elsewhere"), "check"),
        FieldShape("source", t("chart.vaccine_source"), max_length=160),
        FieldShape("lot", t("chart.vaccine_lot"), max_length=60, width="m"),
        FieldShape("expires", t("chart.vaccine_expires"), "date", width="m"),
        FieldShape("manufacturer", t("chart.vaccine_maker"), max_length=120),
        FieldShape("site", t("chart.vaccine_site"), max_length=60, width="m"),
    )


def _vaccine_refused() -> Sequence[FieldShape]:
    listed = [Option("", "—"), *(Option(code, title) for code, title in vaccines.titles().items())]
    return (
        FieldShape("refused_vaccine", t("chart.vaccine"), "select", options=listed, required=True),
        FieldShape("why_not", t("chart.vaccine_why_not"), required=True, max_length=200),
    )


def _note() -> Sequence[FieldShape]:
    return (
        FieldShape("title", t("chart.note_title"), required=True, max_length=160, width="full"),
        FieldShape("text", t("chart.note_text"), "textarea", required=True, rows=16, width="full"),
    )


def _own_note() -> Sequence[FieldShape]:
    return (
        FieldShape("on", t("chart.own_on"), "date", required=True, width="m"),
        FieldShape("text", t("chart.note_text"), "textarea", required=True, rows=14, width="full"),
    )


def _addendum() -> Sequence[FieldShape]:
    return (FieldShape("addendum", t("chart.addendum"), "textarea", required=True, rows=4, width="full"),)


def _document() -> Sequence[FieldShape]:
    kinds = [Option("", "—"), *(Option(kind, t(f"chart.document.{kind}")) for kind in DOCUMENTS)]
    return (
        FieldShape("title", t("chart.document_title"), required=True, max_length=160),
        FieldShape("kind", t("chart.kind"), "select", options=kinds, required=True),
    )


def _waiting() -> Sequence[FieldShape]:
    ways = [Option(one, t(f"chart.waiting_since.{one}")) for one in SINCE]
    return (
        FieldShape("since", t("chart.waiting_since"), "radio", options=ways, required=True),
        FieldShape("words", t("chart.waiting_words"), "textarea", rows=3, width="full", required=True, max_length=2000),
    )


def _specialist_visit() -> Sequence[FieldShape]:
    today = clock.local(clock.now()).date().isoformat()
    return (
        FieldShape("day", t("chart.specialist_seen_day"), "date", required=True, width="m", value=today),
        FieldShape("time", t("chart.specialist_seen_time"), "time", width="s"),
    )


FORMS = {
    "waiting": _waiting,
    "specialist_visit": _specialist_visit,
    "problem": _problem,
    "allergy": _allergy,
    "medicine": _medicine,
    "vaccine": _vaccine,
    "vaccine_refused": _vaccine_refused,
    "note": _note,
    "own_note": _own_note,
    "addendum": _addendum,
    "document": _document,
}
