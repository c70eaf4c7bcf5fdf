"""What stands in the packet, read by the house itself as a prescriber would read it, for the one who treats next."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from throughcare.access import lenses
from throughcare.care.emergency import rules, words
from throughcare.care.emergency.actions import keeping
from throughcare.care.emergency.models import Code
from throughcare.care.emergency.ports import MEDICINES
from throughcare.care.emergency.rule_table import load_hospital, load_table
from throughcare.chart import reads as chart
from throughcare.custody import reads as custody
from throughcare.kernel import clock
from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Purpose, Role
from throughcare.people import reads as people

# Marks on a chart that a hospital must know of; what isn't recorded is said to be so, never guessed.
PREGNANCY, CODE_STATUS = "pregnan", "code_status"
NOT_RECORDED = "Not recorded here. Ask the person."


def body(person_id: UUID, facility_id: UUID, code_id: UUID | None) -> dict[str, Any]:
    """Give the packet's words as they stand now."""
    lens = house(facility_id)
    family = people.family(lens, person_id)
    card = people.card(lens, person_id)
    site = custody.facility(lens, facility_id)
    summary = chart.summary(lens, family)
    medicines = MEDICINES().ordered(lens, family)
    told = custody.alerts_of(lens, [person_id]).get(person_id, ())
    return {
        "name": card.name,
        "number": card.number,
        "age": card.age,
        "language": card.speaks,
        "from": site.name,
        "phone": site.nurse_phone,
        "escort": load_hospital().escort,
        "allergies": _allergies(summary.allergies),
        "problems": [p.text for p in summary.problems],
        "medicines": [[m.text, m.directions, m.last_given, m.next_due, m.mark] for m in medicines],
        "results": _results(summary.vitals),
        "pregnancy": _marked(summary.flags, PREGNANCY) or NOT_RECORDED,
        "code_status": _marked(summary.flags, CODE_STATUS) or NOT_RECORDED,
        "isolation": [a.do for a in told if a.do.startswith(("Mask", "Gloves"))],
        "emergency": _emergency(code_id),
    }


def house(facility_id: UUID) -> Lens:
    """Make the lens by which the house packs: a prescriber's, at that facility, for emergency treatment; no programme's."""
    return lenses.make(
        derived("actor", "packet"),
        "Throughcare",
        Role.PROVIDER,
        facilities=frozenset({facility_id}),
        purpose=Purpose.ETREAT,
    )


def _allergies(found: Sequence[Any]) -> list[str]:
    if not found:
        return ["Not asked yet."]
    return [f"{a.text}{f' ({a.reaction})' if a.reaction else ''}" if not a.none_known else "None known" for a in found]


def _results(by_code: dict[str, list[Any]]) -> list[list[str]]:
    since = clock.now() - load_hospital().results
    rows = [o for found in by_code.values() for o in found[-2:] if o.effective_at >= since]
    rows.sort(key=lambda o: o.effective_at, reverse=True)
    return [[o.text, chart.shown(o), f"{clock.local(o.effective_at):%d %b %Y %H:%M}"] for o in rows[:40]]


def _marked(flags: Sequence[Any], code: str) -> str:
    return "; ".join(f.text for f in flags if code in f.code)


def _emergency(code_id: UUID | None) -> dict[str, Any]:
    row = Code.objects.filter(id=code_id).first() if code_id else None
    if row is None:
        return {}
    table = load_table()
    held = rules.standing(keeping.all_stamps(row.id))
    return {
        "complaint": table.complaints.get(row.complaint, ""),
        "called": words.clock_time(row.called_at),
        "lines": [[words.clock_time(s.at), words.said(s, table)] for s in held],
        "summary": [
            [name.capitalize(), getattr(row, name)]
            for name in ("situation", "background", "assessment", "recommendation")
            if getattr(row, name)
        ],
    }
