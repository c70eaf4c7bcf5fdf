"""Reference of the HL7 v2 door: which events, what each needs, what is answered when."""

from throughcare.app.reference.markdown import code, codes, page, table
from throughcare.exchange.hl7v2 import rules
from throughcare.exchange.hl7v2.problems import REJECTING, Code

NEEDS = {
    "_named": "PID-5 name",
    "_birth_readable": "PID-7 date of birth readable, if given",
    "_visited": "PV1",
    "_placed": "PV1-3 place",
    "_merging": "MRG with MRG-1 for each pair",
}
ANSWERS = (
    ("AA", "The message is kept for ever and applied."),
    ("AA", "It is a repeat: same sender, same control id, same bytes. Nothing happens twice."),
    (
        "AA",
        "It is kept and held on the board with an owner: person or place unknown, out of order, or the same id with other bytes.",
    ),
    (
        "AE",
        "It is kept, and can't be understood: a segment or field is missing or malformed, or there is no MSH-10. ERR says which.",
    ),
    ("AR", "It is kept, and not for this door: wrong type, event, version or processing id, or no MSH."),
    ("none", "We could not keep it. The sender sends it again, as at-least-once senders do."),
)


def hl7v2() -> str:
    """Say what the door takes and what it answers, from the rules that decide it."""
    events = ((code(event), meaning, _needs(event)) for event, meaning in rules.EVENTS.items())
    others = ((code(kind), title, codes(sorted(rules.TAKEN[kind]))) for kind, title in rules.TITLES.items())
    codes_ = ((code(c.value), c.meaning, "AR" if c in REJECTING else "AE, or a warning") for c in Code)
    return page(
        "HL7 v2",
        "`throughcare listen` takes ADT messages over MLLP; `throughcare import` takes the same as files. Every message is kept "
        "byte for byte, and each is acknowledged after the commit. Files in UTF-16 are kept as UTF-8.",
        "## What is answered",
        table(("MSA-1", "When"), ANSWERS),
        "*Received = applied + repeated + held + refused*, always: `throughcare messages --audit` counts it, and ends with 1 if not.",
        "## Events",
        table(("Event", "Means", "Needs, beside MSH and an identifier in PID-3"), events),
        "Every other event of ADT is answered AR, with the code 201, and kept: it belongs to no admission as custody knows one. "
        "A05 (pre-admission) names a day on which nobody is here yet, A06 and A07 (outpatient, inpatient) a class of visit that "
        "custody does not have; acting on them would put people in places where they are not.",
        "## Other messages",
        table(("Type", "Means", "Events"), others),
        f"Versions: {codes(sorted(rules.VERSIONS))}. Processing id: {codes(sorted(rules.Accepts().processing))} in production; "
        f"{codes(sorted(rules.ANY_PROCESSING.processing))} in demonstration and tests.",
        "## Error codes (HL7 table 0357)",
        table(("ERR-3", "Meaning", "Answer"), codes_),
        "Whom a number belongs to, and how races, languages, destinations and legal statuses of a sender are read, is content: "
        "`content/exchange/hl7v2.toml`. An identifier of an authority that is not listed there is kept under its own name.",
    )


def _needs(event: str) -> str:
    found = [NEEDS[need.__name__] for need in rules._NEEDS.get(event, ())]
    return ", ".join([*found, *(["EVN-2 time of the event"] if event != "A40" else [])])
