"""Observed doses as their pages draw them: the questions of the line in their order. No queries."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.care.medications import formulary
from throughcare.care.medications.actions import Observed, ProgrammePrescription, Second
from throughcare.care.medications.actions.opioid_treatment import RESULTS, WATCHED, amount_of
from throughcare.care.medications.reads.opioid_treatment import DueDose, OneTreatment
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.statuses import MISSED, Status
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.care.medications.views import reasons_in
from throughcare.chart.models import HomeMedicine
from throughcare.kernel import clock
from throughcare.ui import wording
from throughcare.ui.forms import id_or_none, whole_or_none
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]


def giving(one: OneTreatment, typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the questions before and at a dose, in the order of the line: who, how awake, by what right, what, swallowed."""
    table, methadone = tables.opioid_treatment(), one.treatment.methadone
    yes = [Option("yes", t("medications.yes"))]
    known = wrong.get("identity", "")
    awake = next((words for key, words in wrong.items() if key.startswith("sedation")), "")
    asked = [
        _field(typed, wrong, "photo_seen", "checkbox", options=yes, error=known),
        _field(typed, wrong, "number_said", "checkbox", options=yes),
        _field(typed, wrong, "second", hint=t("observed.hint.second")),
        _field({}, wrong, "second_secret", "password", width="s", hint=t("observed.hint.second_secret")),
        _field(typed, wrong, "reading", hint=t("observed.hint.reading")),
        _field(
            typed, wrong, "sedation", "radio", required=True, error=awake,
            options=[Option(key, _said(a.text.en, a.text.es)) for key, a in table.sedation.items()],
        ),
    ]  # fmt: skip
    if methadone:
        bases = [Option(b.value, t(f"observed.basis.{b.value}")) for b in one.standing.bases]
        usual = one.treatment.said.basis if one.treatment.said and one.whole else ""
        asked.append(_field(typed, wrong, "basis", "radio", required=True, options=bases, value=usual))
    asked.append(_field(typed, wrong, "bottle", required=True, width="m"))
    if methadone:
        asked.append(_field(typed, wrong, "swallowed", "checkbox", options=yes))
        asked.append(_field(typed, wrong, "spoke", "checkbox", options=yes))
    return [*asked, _reasons(typed, wrong, "early_why", (Status.GIVEN_EARLY,))]


def not_given(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give what is asked of a dose that was not given."""
    kinds = [Option(s.value, t(f"observed.status.{s.value}")) for s in sorted(MISSED) if s is not Status.WASTED]
    yes_no = [Option(v, t(f"medications.{v}")) for v in ("yes", "no")]
    return [
        _field(typed, wrong, "status", "radio", options=kinds, required=True),
        _reasons(typed, wrong, "reason", tuple(s for s in sorted(MISSED) if s is not Status.WASTED)),
        _field(typed, wrong, "capacity", "radio", options=yes_no, inline=True),
        _field(typed, wrong, "supply", "radio", options=yes_no, inline=True),
        _field(typed, wrong, "value"),
    ]


def _reasons(typed: Typed, wrong: Typed, name: str, statuses: tuple[Status, ...]) -> FieldShape:
    rows = [r for s in statuses for r in tables.reasons().of(s)]
    options = [Option("", ""), *(Option(r.key, _said(r.text.en, r.text.es)) for r in {r.key: r for r in rows}.values())]
    return _field(typed, wrong, name, "select", options=options)


def watch(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give what is asked at the end of the watch."""
    results = [Option(r, t(f"observed.result.{r}")) for r in RESULTS]
    return [_field(typed, wrong, "result", "radio", options=results, required=True), _field(typed, wrong, "words")]


def minutes_left(due: DueDose) -> int:
    """Say how many minutes the watch still lasts, by the server's clock."""
    if due.happened_at is None:
        return 0
    return max(0, -(-int((due.happened_at + WATCHED - clock.now()).total_seconds()) // 60))


def programme_fields(typed: Typed, wrong: Typed, brought: Sequence[HomeMedicine]) -> list[FieldShape]:
    """Give the questions of a programme's order; what the person told of, and it answers, is proposed where it is one thing."""
    told = [Option("", t("observed.told_nothing")), *(Option(str(r.id), f"{r.text} {r.dose}".strip()) for r in brought)]
    products = [p for p in formulary.load().products if p.window == WindowClass.OPIOID_LINE]
    bases = [Option(b.value, t(f"observed.basis.{b.value}")) for b in tables.opioid_treatment().bases]
    return [
        _field(typed, wrong, "product", "select", required=True, options=[Option(p.rxcui, p.label) for p in products]),
        _field(typed, wrong, "amount", required=True, width="xs"),
        _field(typed, wrong, "basis", "radio", required=True, options=sorted(bases, key=lambda o: o.value)),
        _field(typed, wrong, "home", "select", options=told, value=told[-1].value if len(brought) == 1 else ""),
        _field(typed, wrong, "programme", required=True),
        _field(typed, wrong, "prescriber", required=True),
        _field(typed, wrong, "days", width="xs", value="30"),
        _field(typed, wrong, "continues", "checkbox", options=[Option("yes", t("medications.yes"))]),
        _field(typed, wrong, "documented"),
    ]


def observed(dose_id: UUID, typed: Typed, second: Second | None) -> Observed:
    """Read what the nurse answered."""
    said: dict[str, Any] = {k: typed.get(k, "") for k in ("sedation", "bottle", "reading", "basis", "early_why")}
    ticked: dict[str, Any] = {k: typed.get(k) == "yes" for k in ("photo_seen", "number_said", "swallowed", "spoke")}
    return Observed(dose_id=dose_id, second=second, **said, **ticked)


def prescription(typed: Typed) -> ProgrammePrescription:
    """Read a programme's order."""
    return ProgrammePrescription(
        product=typed.get("product", ""),
        amount=amount_of(typed.get("amount", "")) or Decimal(0),
        programme=typed.get("programme", ""),
        basis=typed.get("basis", ""),
        prescriber=typed.get("prescriber", ""),
        days=whole_or_none(typed.get("days", ""), digits=3) or 0,
        continues=typed.get("continues") == "yes",
        documented=typed.get("documented", ""),
        reasons=reasons_in(typed),
        home_medicine_id=id_or_none(typed.get("home", "")),
    )


def asked(typed: Typed, wrong: Typed) -> list[tuple[str, str, str]]:
    """Give the alerts that want an answer: the field's name, what was found, what was typed; answered ones stay."""
    found = {k: v for k, v in typed.items() if k.startswith("reason-") and k not in wrong}
    kept = [(k, typed.get(f"said-{k}", ""), v) for k, v in found.items()]
    return [*kept, *((k, v, typed.get(k, "")) for k, v in wrong.items() if k.startswith("reason-"))]


def _said(en: str, es: str) -> str:
    return es if wording.language() == "es" else en


def _field(typed: Typed, wrong: Typed, name: str, kind: Any = "text", **more: Any) -> FieldShape:
    value = typed.get(name, more.pop("value", ""))
    error = more.pop("error", "") or wrong.get(name, "")
    return FieldShape(name=name, label=t(f"observed.field.{name}"), kind=kind, value=value, error=error, **more)
