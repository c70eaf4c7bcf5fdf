"""Medicines as their pages draw them: the list, the sheet of doses, the order form. No queries."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from throughcare.care.medications import formulary
from throughcare.care.medications.actions.giving import Charted
from throughcare.care.medications.actions.ordering import Prescription
from throughcare.care.medications.actions.two_people import unproved
from throughcare.care.medications.formulary import Formulary, Product
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.reads.adherence import MedicineTaken
from throughcare.care.medications.reads.chart import Given, Medicines, OneDose, OneOrder, SheetRow
from throughcare.care.medications.rules import statuses, tables
from throughcare.care.medications.rules.timing import Kind
from throughcare.chart.models import HomeMedicine
from throughcare.kernel import clock, content
from throughcare.kernel.errors import Invalid
from throughcare.ui.forms import id_or_none, moment_of, whole_or_none
from throughcare.ui.shapes import Chip, FieldShape, Option
from throughcare.ui.wording import t

# What is shown of what stands beside a dose, each with its words.
BESIDE = (
    "value", "capacity", "supply", "incident", "site", "glucose", "second", "witness", "second_typed", "witness_typed", "for",
    "before", "after", "effect", "double", "paper", "why", "entered_late", "watch", "sedation", "bottle",
)  # fmt: skip
VERBS = ("hold", "resume", "renew", "stop", "keep")
FREQUENCIES = "medications/frequencies.toml"
GATES = ("history_taken", "medicines_reviewed", "diagnosis", "emergency_plan", "consent", "monitoring_checked_on")
# Rows of a taper or a sliding scale; the later ones are folded until somebody needs them.
STEPS, SHOWN_STEPS = range(1, 17), 6
TABLES = {"stepped": "step", "sliding": "scale"}
# The shape that stands for a status on the sheet: told apart without colour.
MARKS = {"given": "done", "given-late": "done_late", "given-early": "done_late", "self-administered": "done"}


def listed(found: Medicines) -> dict[str, Any]:
    """Give the list: in force with what is next, held, over, and what waits for a decision."""
    return {
        "active": [_line(o, found) for o in found.active],
        "held": found.held,
        "before": found.before,
        "over": found.over,
        "undecided": found.undecided,
    }


def _line(order: MedicationOrder, found: Medicines) -> dict[str, Any]:
    following = found.next_due.get(order.id)
    return {
        "order": order,
        "chips": chips(order),
        "last": found.last_given.get(order.id),
        "next": following,
        "owed": following is not None and following < clock.now(),
        "ends_soon": (order.ends_at - clock.now()).days < 14,
    }


def chips(order: MedicationOrder) -> list[Chip]:
    """Give the few marks that a nurse must see on an order."""
    marks = [Chip(order.mode, "accent")]
    marks += [Chip(t("medications.time_critical"), "harm")] if order.time_critical else []
    marks += [Chip(order.schedule, "shift")] if order.schedule else []
    marks += [Chip(t("medications.unsigned"), "shift")] if order.signed_at is None else []
    return marks


def sheet(days: Sequence[date], rows: Sequence[SheetRow]) -> dict[str, Any]:
    """Give the sheet of doses: a column for each day, a line for each order, each dose with its mark and its words."""
    return {
        "days": days,
        "lines": [
            {"order": row.order, "days": [(day, [mark(g) for g in row.days.get(day, [])]) for day in days]}
            for row in rows
        ],
    }


def mark(dose: Given) -> dict[str, Any]:
    """Draw one dose: a shape, the time, and words for who can't see either."""
    owed = dose.status == "expected"
    overdue = owed and dose.due_at < clock.now()
    shape = "late" if overdue else "open" if owed else MARKS.get(dose.status, "ended")
    word = t("medications.status.blank") if overdue else status_words(dose.status)
    at = (dose.happened_at or dose.due_at).astimezone(clock.zone())
    words = f"{word}, {at:%H:%M}" + (f", {dose.by}" if dose.by else "")
    if dose.unjudged:
        shape, words = "late", f"{words}. {t('medications.unjudged')}"
    return {
        "id": dose.id,
        "shape": shape,
        "at": f"{dose.due_at.astimezone(clock.zone()):%H:%M}",
        "short": "?" if dose.unjudged else short(dose),
        "became": f"{word}, {at:%H:%M}",
        "words": words,
    }


def short(dose: Given) -> str:
    """Give the two letters of what went otherwise than planned."""
    return {
        "refused": "R",
        "no-show": "NS",
        "held": "H",
        "not-available": "NA",
        "away": "A",
        "partial": "P",
        "vomited": "V",
        "diverted-suspected": "D",
        "wasted": "W",
    }.get(dose.status, "")


def status_words(status: str) -> str:
    """Say a status in words."""
    return t(f"medications.status.{status}")


def one_order(found: OneOrder) -> dict[str, Any]:
    """Give one order's page."""
    return {
        "order": found.order,
        "chips": chips(found.order),
        "overrides": found.overrides,
        "doses": [(d, mark(d)) for d in found.doses],
        "as_needed": found.order.timing.get("kind") == Kind.PRN,
        "earliest": found.earliest,
        "live": found.order.status in ("active", "on-hold"),
        "findings": found.order.findings,
        "since": [one for one in found.order.found_since if not one["reason"]],
    }


def one_dose(found: OneDose) -> dict[str, Any]:
    """Give one dose's page with what may be charted for it."""
    before = statuses.Status(found.dose.status)
    reasons = tables.reasons()
    offered = [s for s in statuses.CHARTED if statuses.may_follow(before, s) and s is not statuses.Status.ERROR]
    plain = [s for s in offered if s not in (statuses.Status.GIVEN_EARLY, statuses.Status.GIVEN_LATE)]
    return {
        "dose": found.dose,
        "order": found.order,
        "mark": mark(found.dose),
        "detail": [(t(f"medications.beside.{k}"), v) for k, v in found.detail.items() if k in BESIDE],
        "unproved": unproved(found.detail),
        "version": found.version,
        "statuses": [(s.value, status_words(s.value)) for s in statuses.Status if s in plain],
        "reasons": [
            (f"{status_words(s.value)}: {r.text.en}", r.key)
            for s in statuses.Status
            if s in plain or s in (statuses.Status.GIVEN_EARLY, statuses.Status.GIVEN_LATE)
            for r in reasons.of(s)
            if "nurse" in r.attested_by
        ],
        "charted": found.dose.status != "expected",
    }


def adherence(rows: Sequence[MedicineTaken]) -> dict[str, Any]:
    """Give how medicines were taken: those with a time, those asked for, those a prescriber must look at, and the sum."""
    due = [r for r in rows if not r.as_needed]
    total = {k: sum(getattr(r.month, k) for r in due) for k in ("given", "due", "patient", "system")}
    return {
        "due": due,
        "asked": [r for r in rows if r.as_needed],
        "to_review": [r for r in rows if r.findings],
        "total": total,
    }


# --- the order form -------------------------------------------------------------------------------------------------------


def products(text: str) -> list[Product]:
    """Give the products that a piece of text finds; none while the formulary can't be read."""
    book = formulary_or_none()
    return list(book.find(text, 30)) if book and text.strip() else []


def formulary_or_none() -> Formulary | None:
    """Give the formulary; none while it can't be read, when what can't wait is ordered by its name."""
    try:
        return formulary.load()
    except content.ContentError:
        return None


def order_form(typed: Mapping[str, str], wrong: Mapping[str, str], home: HomeMedicine | None) -> dict[str, Any]:
    """Give the order form: the product, and the fields that it asks for; while the formulary can't be read, those of a name."""
    book = formulary_or_none()
    product = book.product(typed.get("product", "")) if book else None
    if book is None:
        typed = {**typed, "off": "yes", "product": ""}
    return {
        "unread": book is None,
        "product": product,
        "found": products(typed.get("q", "")) if product is None else [],
        "home": home,
        "typed": typed,
        "fields": fields(product, typed, wrong),
        "gates": gate_fields(product, typed, wrong),
        "edition": formulary.edition_in_force(),
        "steps": (STEPS[:SHOWN_STEPS], STEPS[SHOWN_STEPS:]),
    }


def _field(
    typed: Mapping[str, str], wrong: Mapping[str, str], name: str, kind: Any = "text", **more: Any
) -> FieldShape:
    value = typed.get(name, more.pop("value", ""))
    label = t(f"medications.field.{name}")
    return FieldShape(name=name, label=label, kind=kind, value=value, error=wrong.get(name, ""), **more)


def fields(product: Product | None, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Give the fields of an order, in the order in which a prescriber thinks."""
    frequency = [
        Option(str(r["id"]), t(f"medications.frequency.{r['id']}")) for r in content.rows(FREQUENCIES, "frequency")
    ]
    modes = [Option(m, t(f"medications.mode.{m}")) for m in ("DOT", "KOP", "SELF-DOT")]
    usual_mode = "KOP" if product and product.has("usually_kop") and not product.has("never_kop") else "DOT"
    asked = [
        _field(
            typed, wrong, "amount", width="xs", unit=product.unit if product else "", hint=t("medications.hint.amount")
        ),
        _field(typed, wrong, "route", width="s", required=True, value=product.route if product else "oral"),
        _field(typed, wrong, "frequency", "select", options=frequency, required=True),
        _field(typed, wrong, "indication", required=True),
        _field(typed, wrong, "mode", "radio", options=modes, value=usual_mode, required=True),
        _field(
            typed,
            wrong,
            "priority",
            "radio",
            options=[Option(p, t(f"medications.priority.{p}")) for p in ("routine", "urgent", "stat")],
            value="routine",
            required=True,
        ),
        _field(typed, wrong, "days", width="xs", value="30", required=True, hint=t("medications.hint.days")),
        _field(typed, wrong, "as_needed_for", hint=t("medications.hint.as_needed_for")),
        _field(typed, wrong, "holds", hint=t("medications.hint.holds")),
        _field(typed, wrong, "prepare", hint=t("medications.hint.prepare")),
    ]
    if product is None or product.has("restricted"):
        asked.append(_field(typed, wrong, "off_formulary_why", required=True))
    if product is None:
        asked.insert(0, _field(typed, wrong, "text", required=True))
        asked.insert(2, _field(typed, wrong, "unit", width="s", required=True))
    return asked


def gate_fields(product: Product | None, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Give what law asks for this product before it may be ordered."""
    asked = []
    if product is not None and product.has("psychotropic"):
        yes = [Option("yes", t("medications.yes"))]
        consents = [Option(c, t(f"medications.consent.{c}")) for c in ("given", "emergency", "court_order")]
        asked += [
            _field(typed, wrong, "history_taken", "checkbox", options=yes),
            _field(typed, wrong, "medicines_reviewed", "checkbox", options=yes),
            _field(typed, wrong, "diagnosis"),
            _field(typed, wrong, "emergency_plan", hint=t("medications.hint.emergency_plan")),
            _field(typed, wrong, "consent", "radio", options=consents),
        ]
    if product is not None and product.controlled:
        asked.append(_field(typed, wrong, "monitoring_checked_on", "date", hint=t("medications.hint.monitoring")))
    return asked


def prescription(typed: Mapping[str, str]) -> Prescription:
    """Read the posted form into what is asked for; what can't be read is said field by field."""
    wrong: dict[str, str] = {}
    amount = decimal_of(typed.get("amount", ""), "amount", wrong)
    timing = _timing(typed, wrong)
    try:
        days = days_of(typed.get("days", ""))
    except Invalid as refused:
        wrong |= refused.fields
        days = 0
    gates = {k: typed[k] for k in GATES if typed.get(k)}
    checked = gates.pop("monitoring_checked_on", "")
    if checked:
        gates["monitoring_checked_at"] = _morning(checked, wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return Prescription(
        product=typed.get("product", ""),
        text=typed.get("text", ""),
        timing=timing,
        indication=typed.get("indication", ""),
        amount=amount,
        unit=typed.get("unit", ""),
        route=typed.get("route", ""),
        mode=typed.get("mode", "DOT"),
        priority=typed.get("priority", "routine"),
        days=days,
        as_needed_for=typed.get("as_needed_for", ""),
        holds=tuple(h.strip() for h in typed.get("holds", "").split(";") if h.strip()),
        prepare=typed.get("prepare", ""),
        source=typed.get("source", "written"),
        prescriber=typed.get("prescriber", ""),
        prescriber_id=id_or_none(typed.get("prescriber_id", "")),
        standing_order=typed.get("standing_order", ""),
        emergency=typed.get("emergency") == "yes",
        off_formulary_why=typed.get("off_formulary_why", ""),
        gates=gates,
        reasons=reasons_in(typed),
        home_medicine_id=id_or_none(typed.get("home", "")),
    )


def reasons_in(typed: Mapping[str, str]) -> dict[str, str]:
    """Read what was answered to alerts, by each alert's key."""
    return {k.removeprefix("reason-"): v for k, v in typed.items() if k.startswith("reason-")}


def _timing(typed: Mapping[str, str], wrong: dict[str, str]) -> dict[str, Any]:
    chosen = typed.get("frequency", "")
    row = next((r for r in content.rows(FREQUENCIES, "frequency") if r["id"] == chosen), None)
    if row is None:
        wrong["frequency"] = "Choose how often."
        return {}
    timing = dict(row["timing"])
    _other_table(typed, timing["kind"], wrong)
    if timing["kind"] == "stepped":
        timing["steps"] = list(_steps(typed, wrong))
    if timing["kind"] == "sliding":
        timing["base"] = {"kind": "meals", "passes": ["breakfast", "lunch", "supper"], "minutes_before": 15}
        timing["scale"] = {"measure": "glucose", "unit": "units", "rows": list(_scale(typed, wrong))}
    return timing


def _other_table(typed: Mapping[str, str], kind: str, wrong: dict[str, str]) -> None:
    """Refuse rows of a table that the frequency does not use: they would vanish, and the order would say something else."""
    for other, name in TABLES.items():
        if other != kind and any(v.strip() for k, v in typed.items() if k.startswith(f"{name}_")):
            wrong["frequency"] = (
                "There are steps of a taper. Choose taper, or clear them."
                if name == "step"
                else "There are rows of a sliding scale. Choose the scale, or clear them."
            )


def _steps(typed: Mapping[str, str], wrong: dict[str, str]) -> Any:
    for n in STEPS:
        days, amount = typed.get(f"step_days_{n}", "").strip(), typed.get(f"step_amount_{n}", "").strip()
        if days or amount:
            dose = {
                "value": str(_number(amount, f"step_amount_{n}", wrong)),
                "unit": _unit(typed),
            }
            timing = {"kind": "passes", "passes": ["morning"]}
            yield {"days": _whole(days, f"step_days_{n}", wrong), "dose": dose, "timing": timing}


def _unit(typed: Mapping[str, str]) -> str:
    """Give what the doses of the order typed are counted in: its product's unit, or the one written for it."""
    product = formulary.load().product(typed.get("product", ""))
    return product.unit if product is not None else typed.get("unit", "").strip() or "tablet"


def _scale(typed: Mapping[str, str], wrong: dict[str, str]) -> Any:
    for n in STEPS:
        low, high, amount = (typed.get(f"scale_{k}_{n}", "").strip() for k in ("low", "high", "amount"))
        if low or high or amount:
            given = _number(amount, f"scale_amount_{n}", wrong)
            ends = (_whole(text, f"scale_{k}_{n}", wrong) for k, text in (("low", low), ("high", high)))
            yield {**dict(zip(("from", "to"), ends, strict=True)), "amount": str(given)}


def _whole(text: str, name: str, wrong: dict[str, str]) -> int:
    """Read a whole number; what is none is told, never taken for another."""
    found = whole_or_none(text, digits=5)
    if found is None:
        wrong[name] = "Write a whole number in each row."
    return found or 0


def _number(text: str, name: str, wrong: dict[str, str]) -> Decimal:
    found = decimal_of(text, name, wrong)
    if found is None:
        wrong.setdefault(name, "Say how much in each row.")
    return found or Decimal(0)


def charted(dose_id: UUID, typed: Mapping[str, str]) -> Charted:
    """Read what became of a dose from its form."""
    wrong: dict[str, str] = {}
    amount = decimal_of(typed["amount"], "amount", wrong) if typed.get("amount") else None
    at = _moment(typed.get("on", ""), typed.get("at", ""), wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    keys = ("value", "stock", "capacity", "supply", "incident", "site", "glucose")
    # From paper the name stands as it was written there; it is proved later, on this page.
    beside = {"second": typed["second"]} if typed.get("entered_late") == "yes" and typed.get("second") else {}
    return Charted(
        dose_id=dose_id,
        status=typed.get("status", ""),
        at=at,
        reason=typed.get("reason", ""),
        amount=amount,
        detail={k: typed[k] for k in keys if typed.get(k)} | beside,
    )


def decimal_of(text: str, name: str, wrong: dict[str, str]) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip().replace(",", "."))
        if value.is_finite() and 0 <= value < 10_000_000:
            return value
    except InvalidOperation:
        pass
    wrong[name] = "Write a number, such as 1 or 0.5."
    return None


def _morning(day: str, wrong: dict[str, str]) -> str:
    try:
        return moment_of(day, "", otherwise="00:00").isoformat()
    except ValueError:
        wrong["monitoring_checked_on"] = "Write the day as year-month-day."
        return ""


def _moment(day: str, at: str, wrong: dict[str, str]) -> datetime | None:
    if not day and not at:
        return None
    try:
        return moment_of(day or clock.today().isoformat(), at)
    except ValueError:
        wrong["at"] = "Write the time as 08:30."
        return None


def days_of(text: str) -> int:
    """Read for how many days an order holds: 30 where nothing is said, refused where it is no number."""
    days = whole_or_none(text, digits=5) if text.strip() else 30
    if days is None:
        sentence = "Write how many days, such as 14."
        raise Invalid(sentence, fields={"days": sentence})
    return days


def number_of(text: str, otherwise: int) -> int:
    """Read a small whole number, or give another where there is none."""
    found = whole_or_none(text, digits=5)
    return otherwise if found is None else found
