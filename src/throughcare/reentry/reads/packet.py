"""The packet: what a person takes home, in plain words, at any moment, cut to what who prints it may read.

The same sections make the page, the paper, the PDF and what the ledger keeps. They hold words only, no rows and no ids.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import translation

from throughcare.care.medications.models import CrossingLine
from throughcare.care.medications.reads import doors as medicines
from throughcare.care.medications.reads import opioid_treatment
from throughcare.chart import models as chart_rows
from throughcare.chart import reads as chart
from throughcare.chart.plain_words import plain
from throughcare.chart.policy import Sight, sight
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.people import reads as people
from throughcare.reentry import partners
from throughcare.reentry.models import Appointment, ReleasePlan
from throughcare.reentry.sections import PacketNow, PacketSection
from throughcare.reentry.tables import load_table
from throughcare.ui.wording import t

# Roles whose copy lacks nothing but what a consent would open; every other page says that it is a part.
WHOLE = frozenset({Role.PROVIDER, Role.RN, Role.PATIENT})
RECENT = timedelta(days=180)


def packet(lens: Lens, person_id: UUID, lang: str) -> PacketNow:
    """Give the packet in a language; a handful of queries however long the history."""
    with db.reading(lens), translation.override(lang):
        family = (person_id,) if lens.role is Role.PATIENT else people.family(lens, person_id)
        card = people.card(lens, person_id)
        plan = _plan(family)
        seen = sight(lens, family)
        treated = _treated(lens, family)
        sections = (
            _help(lang),
            _medicines(lens, family, lang),
            _next_dose(family, plan, treated),
            _appointments(family),
            *_naloxone(plan),
            _problems(seen, lang),
            _allergies(lens, family, lang),
            _results(seen, lang),
            _home(plan),
        )
    return PacketNow(
        lang=lang,
        title=t("reentry.packet", lang=lang),
        name=card.name,
        number=card.number,
        born=_date(card.birth_date, lang) if card.birth_date else "–",
        made=moment(clock.now(), lang),
        sections=tuple(s for s in sections if s is not None),
    )


def _plan(family: Sequence[UUID]) -> ReleasePlan | None:
    rows = ReleasePlan.objects.filter(person_id__in=family).exclude(state="cancelled")
    return rows.order_by("-begun_at").first()


def _help(lang: str) -> PacketSection:
    table = load_table()
    words = [t("reentry.help.crisis", number=table.crisis), t("reentry.help.emergency", number=table.emergency)]
    if table.phone_line:
        words.append(t("reentry.help.line", number=table.phone_line))
    return PacketSection("help", t("reentry.help"), tuple(words), urgent=True)


def _medicines(lens: Lens, family: Sequence[UUID], lang: str) -> PacketSection | None:
    if not all(lens.may(Verb.READ, DataClass.MEDICATION, person_id=p) for p in family):
        return None
    taken = medicines.take_home(lens, family, lang)
    heads = ("medicine", "for", "how", "last", "next", "from")
    rows = tuple(_medicine(one, lang) for one in taken)
    words = (t("reentry.medicines.show"), t("reentry.medicines.never_stop")) if rows else (t("reentry.medicines.none"),)
    return PacketSection(
        "medicines",
        t("reentry.medicines"),
        words,
        tuple(t(f"reentry.medicines.{h}") for h in heads) if rows else (),
        rows,
    )


def _medicine(one: medicines.Taken, lang: str) -> tuple[str, ...]:
    line = one.line
    following = line.first_due_at if line and line.doses else None
    return (
        one.order.text,
        plain(one.order.indication, lang),
        one.how or one.order.sig,
        moment(one.last, lang) if one.last else "–",
        moment(following, lang) if following else t("reentry.medicines.as_always"),
        _source(line),
    )


def _source(line: CrossingLine | None) -> str:
    if line is not None and line.way in ("send_with", "keeps"):
        return t("reentry.medicines.in_bag", n=line.supplied) if line.supplied else t("reentry.medicines.with_you")
    if line is not None and line.way:
        return f"{line.receiver}: {line.note}" if line.note else line.receiver
    return t("reentry.medicines.ask")


def _treated(lens: Lens, family: Sequence[UUID]) -> list[opioid_treatment.OneTreatment]:
    """Give the observed treatments that this reader may see; a programme's record stays with its consent (42 CFR Part 2)."""
    return opioid_treatment.treatments_told(lens, family)


def _next_dose(
    family: Sequence[UUID], plan: ReleasePlan | None, treated: Sequence[opioid_treatment.OneTreatment]
) -> PacketSection:
    """Say where the next dose is; who may not see a programme's record prints the same sentence for everybody."""
    if not treated:
        return PacketSection("next_dose", t("reentry.next_dose"), (t("reentry.next_dose.ask"),))
    lang = translation.get_language() or "en"
    rows = tuple(
        (
            one.treatment.text,
            moment(one.standing.last.at, lang) if one.standing.last else t("reentry.next_dose.none_known"),
            one.standing.last.amount if one.standing.last else "–",
        )
        for one in treated
    )
    heads = tuple(t(f"reentry.next_dose.{h}") for h in ("treatment", "last", "amount"))
    clinic = _clinic(family, plan, any(one.treatment.methadone for one in treated))
    words = (*clinic, t("reentry.next_dose.letter"))
    sealed = any(one.treatment.sealed is not None for one in treated)
    return PacketSection("next_dose", t("reentry.next_dose"), words, heads, rows, urgent=True, sealed=sealed)


def _clinic(family: Sequence[UUID], plan: ReleasePlan | None, methadone: bool) -> tuple[str, ...]:
    lang = translation.get_language() or "en"
    booked = Appointment.objects.filter(person_id__in=family, kind="opioid_treatment", state="planned").first()
    if booked is not None:
        when = moment(booked.at, lang) if booked.at else booked.walk_in
        return (t("reentry.next_dose.go", place=booked.place, address=booked.address or "–", when=when),)
    found = partners.next_dose_clinic(clock.now(), plan.town if plan else "", methadone=methadone)
    if found is None:
        return (t("reentry.next_dose.emergency"),)
    opens = found.next_opening(clock.now())
    when = moment(opens, lang) if opens else t("reentry.partner.ask_hours")
    return (t("reentry.next_dose.may_go", place=found.name, address=found.where, phone=found.phone or "–", when=when),)


def _appointments(family: Sequence[UUID]) -> PacketSection:
    lang = translation.get_language() or "en"
    found = list(Appointment.objects.filter(person_id__in=family, state="planned").order_by("at", "made_at"))
    rows = tuple(
        (
            t(f"reentry.kind.{a.kind}"),
            moment(a.at, lang) if a.at else a.walk_in,
            ", ".join(p for p in (a.place, a.address) if p),
            a.phone or "–",
            a.bring or "–",
        )
        for a in found
    )
    words = (t("reentry.appointments.bring"),) if rows else (t("reentry.appointments.none"),)
    heads = tuple(t(f"reentry.appointments.{h}") for h in ("what", "when", "where", "phone", "take")) if rows else ()
    return PacketSection("appointments", t("reentry.appointments"), words, heads, rows)


def _naloxone(plan: ReleasePlan | None) -> tuple[PacketSection, ...]:
    words = [t("reentry.naloxone.why"), t("reentry.naloxone.steps")]
    if plan is not None and plan.naloxone_kit:
        words.insert(0, t("reentry.naloxone.kit", kit=plan.naloxone_kit))
    else:
        words.insert(0, t("reentry.naloxone.get"))
    if plan is not None and plan.naloxone_trained_on:
        words.append(t("reentry.naloxone.trained", day=_day(plan.naloxone_trained_on)))
    return (PacketSection("naloxone", t("reentry.naloxone"), tuple(words)),)


def _problems(seen: Sight, lang: str) -> PacketSection:
    found = list(seen.of(chart_rows.Condition).filter(status="active").order_by("text")[:60])
    said = tuple(dict.fromkeys(_called(seen, row, lang) for row in found))
    return PacketSection("problems", t("reentry.problems"), said or (t("reentry.problems.none"),))


def _called(seen: Sight, row: chart_rows.Condition, lang: str) -> str:
    """Name a problem in plain words; where a label hides what a clinician typed, say only that there is more, and whom to ask."""
    words = chart.words_of(seen, row)
    return t("reentry.problems.more") if words == chart.UNSAID else plain(words, lang)


def _allergies(lens: Lens, family: Sequence[UUID], lang: str) -> PacketSection:
    found = chart.allergies(lens, family)
    known = tuple(a.text for a in found if not a.none_known)
    none = t("reentry.allergies.none") if found else t("reentry.allergies.not_asked")
    return PacketSection("allergies", t("reentry.allergies"), known or (none,), urgent=bool(known))


def _results(seen: Sight, lang: str) -> PacketSection:
    """Say which tests the person still waits for, and which were told; never a value, which a clinician explains."""
    reports = list(
        chart_rows.Report.objects.filter(
            seen.rows_whole("Report"), outside=False, effective_at__gte=clock.now() - RECENT
        )
        .exclude(status="entered-in-error")
        .order_by("-effective_at")[:20]
    )
    asked = list(
        chart_rows.Order.objects.filter(seen.rows_whole("Order"), kind="lab", status="active").order_by("id")[:20]
    )
    waits = [
        (plain(r.text, lang), _day(clock.local(r.effective_at).date()), t("reentry.results.we_call"))
        for r in reports
        if not r.told_at
    ]
    waits += [(plain(o.text, lang), "–", t("reentry.results.not_back")) for o in asked]
    told = [
        (plain(r.text, lang), _day(clock.local(r.effective_at).date()), t("reentry.results.told"))
        for r in reports
        if r.told_at
    ]
    rows = tuple(waits + told[:8])
    heads = tuple(t(f"reentry.results.{h}") for h in ("test", "day", "now")) if rows else ()
    return PacketSection("results", t("reentry.results"), () if rows else (t("reentry.results.none"),), heads, rows)


def _home(plan: ReleasePlan | None) -> PacketSection:
    words = [t("reentry.home.copy")]
    if plan is not None and plan.insurance:
        words.append(t("reentry.home.insurance", words=plan.insurance))
    if plan is not None and plan.pharmacy:
        words.append(t("reentry.home.pharmacy", words=plan.pharmacy))
    return PacketSection("home", t("reentry.home"), tuple(words))


MONTHS_ES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


def moment(at: datetime | None, lang: str) -> str:
    """Say a time as a person reads it, in the facility's zone."""
    if at is None:
        return "–"
    local = clock.local(at)
    hour = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    return f"{_date(local.date(), lang)}, {hour}"


def _day(on: date | None) -> str:
    return _date(on, translation.get_language() or "en") if on else "–"


def _date(on: date, lang: str) -> str:
    if lang.startswith("es"):
        return f"{on.day} {MONTHS_ES[on.month - 1]} {on.year}"
    return f"{on:%b} {on.day}, {on.year}"


def parts_by_consent(lens: Lens, person_id: UUID) -> list[PacketSection]:
    """Give the parts of the packet that a consent opens to a reader outside; nothing where there is none."""
    with db.reading(lens):
        family = (person_id,)
        found: list[PacketSection] = []
        if lens.may(Verb.READ, DataClass.CLINICAL, person_id=person_id):
            found += [_problems(sight(lens, family), "en"), _allergies(lens, family, "en")]
        if lens.may(Verb.READ, DataClass.MEDICATION, person_id=person_id):
            taken = _medicines(lens, family, "en")
            found += [taken] if taken else []
        treated = _treated(lens, family) if lens.may(Verb.READ, DataClass.PART2, person_id=person_id) else []
        if treated:
            found.append(_next_dose(family, _plan(family), treated))
    return found
