"""The questions of a request's desk as fields: triage, visit, time, what did not take place, the answer. No database, no HTTP."""

from collections.abc import Mapping, Sequence

from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.rule_table import Protocol
from throughcare.kernel.errors import Invalid
from throughcare.ui.shapes import FieldKind, FieldShape, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]
VITALS = (
    ("8867-4", "pulse", "/min"),
    ("9279-1", "breaths", "/min"),
    ("59408-5", "oxygen", "%"),
    ("8310-5", "temperature", "[degF]"),
    ("29463-7", "weight", "[lb_av]"),
    ("72514-3", "pain", "{score}"),
)
SHOWN_UNITS = {"/min": "/min", "%": "%", "[degF]": "°F", "[lb_av]": "lb", "{score}": "0–10"}
FREE = ("chronic", "emergency", "mental", "infection", "prenatal", "staff")


class Fields:
    """Makes fields that keep what was typed and say what was wrong with it."""

    def __init__(self, typed: Typed, refused: Invalid | None) -> None:
        self.typed, self.errors = typed, refused.fields if refused else {}

    def one(self, name: str, label: str, kind: FieldKind = "text", **more: object) -> FieldShape:
        """Give one field."""
        value = self.typed.get(name, more.pop("value", ""))
        error = self.errors.get(name, "")
        return FieldShape(name, t(label), kind, value, error=error, quiet=True, **more)  # type: ignore[arg-type]

    def triage(self, row: CareRequest) -> list[FieldShape]:
        """Give what a priority may need beside its key."""
        found = [self.one("why_lower", "sick_call.why_lower", max_length=240, width="full")]
        if not row.symptom:
            found.append(self.one("symptom_found", "sick_call.symptom_found", "check"))
        return found

    def vitals(self) -> list[FieldShape]:
        """Give the vital signs."""
        pressure = [
            self.one(name, f"sick_call.{name}", "number", unit="mmHg", width="xs") for name in ("systolic", "diastolic")
        ]
        return pressure + [
            self.one(f"v-{code}", f"sick_call.{word}", "number", unit=SHOWN_UNITS[unit], width="xs")
            for code, word, unit in VITALS
        ]

    def protocol(self, row: CareRequest, protocols: Sequence[Protocol]) -> FieldShape:
        """Give the choice of a nursing protocol; the likely one stands chosen."""
        options = [Option("", t("sick_call.no_protocol")), *(Option(p.key, p.title.en) for p in protocols)]
        likely = row.complaint if row.complaint in {p.key for p in protocols} else ""
        return self.one("protocol", "sick_call.protocol", "select", value=likely, options=options)

    def of_protocol(self, protocol: Protocol) -> list[FieldShape]:
        """Give a protocol's red flags and what may be given under it."""
        flags = [Option(f.key, f.text.en) for f in protocol.red_flags]
        not_if = t("sick_call.not_if")
        drugs = [
            Option(r.key, f"{r.drug}: {r.dose.en}", hint=f"{r.maximum}. {not_if} {r.not_if}") for r in protocol.otc
        ]
        return [
            self.one("protocol_red_flag", "sick_call.red_flags", "checks", options=flags),
            self.one("remedy", "sick_call.remedies", "checks", options=drugs),
        ]

    def visit(self, *, charged: bool) -> list[FieldShape]:
        """Give the words of a visit, whom it leads to, and where it was."""
        soon = [Option("", "—"), *(Option(v, t(f"sick_call.refer.{v}")) for v in ("emergent", "urgent", "routine"))]
        where = [Option("clinic", t("sick_call.clinic")), Option("cell_front", t("sick_call.cell_front"))]
        found = [
            self.one("findings", "sick_call.findings", "textarea", required=True, rows=4, width="full"),
            self.one("refer", "sick_call.refer", "select", options=soon),
            self.one("modality", "sick_call.where", "select", value="clinic", options=where),
            self.one("modality_reason", "sick_call.why_cell", max_length=200),
        ]
        if charged:
            free = [Option("", t("sick_call.copay_by_rule")), *(Option(v, t(f"sick_call.copay.{v}")) for v in FREE)]
            found.append(self.one("copay_free", "sick_call.copay_free", "select", options=free))
        return [*found, self.one("resolved", "sick_call.resolved", "check")]

    def time(self) -> list[FieldShape]:
        """Give the day and time of a visit, for one that no free slot fits."""
        return [
            self.one("day", "sick_call.day", "date", width="s"),
            self.one("time", "sick_call.time", "time", width="xs"),
        ]

    def no_show(self, reasons: Sequence[Option]) -> list[FieldShape]:
        """Give what is said of a visit that did not take place."""
        return [
            self.one("reason", "sick_call.reason", "select", options=reasons, required=True),
            self.one("witness_1", "sick_call.witness_1"),
            self.one("witness_2", "sick_call.witness_2"),
            self.one("signed", "sick_call.signed", "check"),
        ]

    def translation(self, row: CareRequest) -> list[FieldShape]:
        """Give the person's words in English, as they are kept so far."""
        kept = row.words_in_english
        return [self.one("english", "sick_call.english", "textarea", value=kept, required=True, rows=3, width="full")]

    def answer(self, row: CareRequest) -> list[FieldShape]:
        """Give the answer, in the languages that the person reads."""
        found = [self.one("answer_en", "sick_call.answer_en", "textarea", required=True, rows=3, width="full")]
        if row.language == "es":
            found.append(self.one("answer_es", "sick_call.answer_es", "textarea", required=True, rows=3, width="full"))
        return found
