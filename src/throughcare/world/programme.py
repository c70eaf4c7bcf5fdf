"""Observed treatment in the synthetic agency: enrolled by consent, dosed at the line, asked about outside, decided anew; sealed.

By the programme's own actions and staff, with dice that belong to the person and the dose: the same seed, the same line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from throughcare.access import actions as access
from throughcare.access.kinds import Agreement
from throughcare.care.medications import actions, sealed_orders
from throughcare.care.medications.actions import Observed, ProgrammePrescription, Second
from throughcare.care.medications.models import Dose, MedicationOrder, ProgrammeOrder
from throughcare.care.substance_use import actions as substance_use
from throughcare.care.substance_use.models import Enrolment
from throughcare.chart import actions as chart
from throughcare.custody.homes import facilities_now
from throughcare.custody.models import Facility
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock, content, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.vocabulary import Role
from throughcare.people.family import family
from throughcare.workforce import rule_table
from throughcare.world import medicines
from throughcare.world.cast import Character
from throughcare.world.past import Life
from throughcare.world.scenes import Stage

PATH = "world/programme.toml"
READER = Actor.system("the synthetic agency")
LOOK_BACK = timedelta(hours=5)
DECIDED = "Seen today: alert, no signs of use, wants to go on."
# What a deadline of the programme's record asks for, and what is written.
RECORD = {
    "REC-EXAM": ("exam", "Full examination, nothing that speaks against treatment."),
    "REC-PLAN": ("plan", "Plan made with the person: stay in treatment, see the counselor each month."),
    "REC-COUNSEL": ("counselling", "A talk was offered; the person may take it up at any time."),
    "REC-TEST": ("drug_test", "Expected result."),
}
WORKED = ("MOU-01-DECIDE", "MOU-02", "MOU-03", "MOU-05", "MOU-06", "MOU-07")


def begin(stage: Stage, lives: Iterable[Life], at: datetime) -> int:
    """Enrol those who take part when the world begins, at the sites of which a source says that they have the programme."""
    wanted = [x.who for x in lives if x.left is None and _uses(x.who) and _die(x.who.id, "present")]
    homes, sites = facilities_now(w.id for w in wanted), _sites()
    begun = 0
    for who in wanted:
        where = homes.get(who.id)
        if where in sites and where is not None:
            begun += enrol(stage, who.id, where, at)
    return begun


def enrol(stage: Stage, person_id: UUID, where: UUID, at: datetime, home_medicine: UUID | None = None) -> bool:
    """Let the programme's staff take somebody in: their consent, the enrolment, the order; whoever is in it stays so."""
    said, staff = content.load(PATH), _staff(stage, where, at)
    name = str(said["name"])
    if _dosed(person_id):
        return False
    try:
        if not _enrolled(person_id):
            agreed = Agreement("opioid_treatment", "2026.1", agreed=True, language="en", about=name)
            access.give_consent(actor=staff, person_id=person_id, agreement=agreed)
            substance_use.enrol(
                actor=staff,
                person_id=person_id,
                programme=name,
                diagnosis=str(said["diagnosis"]),
                dual_check="none",
                dual_where="The state's registry; nobody else doses.",
            )
        asked = ProgrammePrescription(
            product=str(said["product"]),
            amount=_amount(person_id),
            programme=name,
            basis="programme" if where in _sites() else "guest",
            prescriber="Demo-Doctor, Pat",
            continues=True,
            days=90,
            home_medicine_id=home_medicine,
        )
        medicines.answered(
            lambda why: actions.place_programme_order(
                actor=staff, person_id=person_id, asked=replace(asked, reasons=why)
            )
        )
    except Refused:
        stage.refused.append("programme")
        return False
    return True


def report(stage: Stage, who: Character, where: UUID, at: datetime) -> bool:
    """Let somebody who arrives say that they take part outside: it is asked about, decided, and given without a gap (MOU-01)."""
    if not (_uses(who) and _die(who.id, "arriving")):
        return False
    local = clock.local(at - timedelta(hours=20))
    chart.report_medicine(
        actor=stage.worker(where, Role.RN, at),
        person_id=who.id,
        text="Methadone",
        dose=f"{_milligrams(who.id)} mg once a day",
        last_taken=f"{local:%d %b %H:%M}",
        critical=True,
        opioid_treatment=True,
    )
    return True


def line(stage: Stage, at: datetime) -> int:
    """Let the line be given: each observed dose that is due, by two people and every step, with the fate that its dice give."""
    rows = Dose.objects.filter(
        status="expected", due_at__gte=at - LOOK_BACK, due_at__lte=at, programme_order_id__isnull=False
    )
    due = list(rows.order_by("due_at", "person_id").values_list("id", "person_id", "due_at"))
    homes, fate, done = facilities_now(person for _, person, _ in due), medicines.Fate(stage), 0
    for dose, person, due_at in due:
        where = homes.get(person)
        if where is None:
            continue
        became = fate.of(person, "observed", due_at)
        nurse, other = stage.worker(where, Role.LPN, at), stage.worker(where, Role.RN, at)
        try:
            if became.status == "given":
                actions.give_observed_dose(
                    actor=nurse, person_id=person, observed=_observed(dose, due_at, other, where)
                )
            else:
                about: dict[str, Any] = {"actor": nurse, "person_id": person, "dose_id": dose}
                actions.chart_observed_dose(
                    **about, status=became.status, reason=became.reason, detail=became.detail or {}
                )
        except Refused:
            stage.refused.append("observed dose")
            continue
        done += 1
    return done


def work(stage: Stage, duty: Duty, at: datetime) -> bool:
    """Do what a duty of observed treatment asks, as staff would; tells whether it was one."""
    if duty.rule not in WORKED or duty.person_id is None or duty.facility_id is None:
        return False
    if duty.rule == "MOU-06":
        _call(stage, duty.person_id, duty.facility_id, at)
    elif duty.rule == "MOU-01-DECIDE":
        enrol(stage, duty.person_id, duty.facility_id, at, home_medicine=duty.about)
    elif duty.rule == "MOU-05":
        _start(stage, duty.person_id, duty.facility_id, at)
    else:
        _decide_anew(stage, duty.person_id, duty.facility_id, at)
    return True


def keep_record(stage: Stage, at: datetime, ahead: timedelta = timedelta(days=2)) -> int:
    """Let the programme's staff write what its record asks for soon."""
    with db.writing(READER):
        owed = Duty.objects.filter(OPEN, rule__in=list(RECORD), due_at__lt=at + ahead, person_id__isnull=False)
        rows = list(owed.order_by("due_at", "id").values_list("rule", "person_id", "facility_id")[:200])
        running = dict(Enrolment.objects.filter(until=None).values_list("person_id", "id"))
    for rule, person, where in rows:
        if person in running and where is not None:
            kind, words = RECORD[rule]
            about: dict[str, Any] = {"person_id": person, "enrolment_id": running[person], "on": clock.today()}
            substance_use.add_to_enrolment(actor=_staff(stage, where, at), **about, kind=kind, words=words)
    return len(rows)


def _call(stage: Stage, person_id: UUID, where: UUID, at: datetime) -> None:
    said, random = content.load(PATH), Random(f"outside:{person_id}:{at:%Y%m%d%H}")
    call = substance_use.Call(str(said["outside"]), str(said["outside_number"]), "no-answer")
    staff = _staff(stage, where, at)
    if random.random() < float(said["answers_at_once"]):
        dose = _milligrams(person_id)
        told: Mapping[str, Any] = {
            "outcome": "answered",
            "spoke_with": "Demo-Nurse, on duty there",
            "last_on": clock.today() - timedelta(days=1),
            "missed": 0,
        }
        call = replace(call, **told, dose=f"{dose} mg")
        if random.random() < float(said["contradicts"]):
            substance_use.log_outside_call(actor=staff, person_id=person_id, call=call)
            call = replace(call, dose=f"{dose // 2} mg", spoke_with="Demo-Doctor, of the clinic")
    substance_use.log_outside_call(actor=staff, person_id=person_id, call=call)


def _start(stage: Stage, person_id: UUID, where: UUID, at: datetime) -> None:
    row = next(r for r in content.rows(medicines.PATH, "regimen") if r["id"] == "opioid-treatment")
    medicines.order_regimen(stage.worker(where, Role.PROVIDER, at), person_id, row, at)


def _decide_anew(stage: Stage, person_id: UUID, where: UUID, at: datetime) -> None:
    with db.writing(READER):
        mine = sorted(family(person_id))
        sealed = ProgrammeOrder.objects.filter(person_id__in=mine, status="active").order_by("-recorded_at").first()
        amount = sealed_orders.programmed(sealed).amount if sealed else None
    own = MedicationOrder.objects.filter(person_id__in=mine, status="active", opioid_treatment=True).first()
    if sealed is not None and amount is not None:
        order: ProgrammeOrder | MedicationOrder | None = sealed
        who = _staff(stage, where, at)
    else:
        order, amount = own, own.amount if own else None
        who = stage.worker(where, Role.PROVIDER, at)
    if order is not None and amount is not None:
        about: dict[str, Any] = {"person_id": order.person_id, "order_id": order.id, "version": order.version}
        actions.reassess_treatment(actor=who, **about, amount=max(Decimal(1), amount / 2), why=DECIDED)


def _observed(dose: UUID, due_at: datetime, other: Actor, where: UUID) -> Observed:
    bottle = f"B-{Random(f'bottle:{where}:{due_at:%Y%m%d}').randrange(100, 999)}"
    return Observed(
        dose_id=dose,
        sedation="awake",
        bottle=bottle,
        second=Second(other.id, other.name, str(other.role)),
        photo_seen=True,
        number_said=True,
        basis="programme" if where in _sites() else "guest",
        swallowed=True,
        spoke=True,
    )


def _enrolled(person_id: UUID) -> bool:
    with db.writing(READER):
        return Enrolment.objects.filter(person_id__in=sorted(family(person_id)), until=None).exists()


def _dosed(person_id: UUID) -> bool:
    with db.writing(READER):
        return ProgrammeOrder.objects.filter(person_id__in=sorted(family(person_id)), status="active").exists()


def _staff(stage: Stage, where: UUID, at: datetime) -> Actor:
    return replace(stage.worker(None, Role.SUD, at), facility_id=where)


def _sites() -> frozenset[UUID]:
    codes = [
        row["facility"]
        for row in content.rows(rule_table.SITES, "site")
        if row["capability"] == "opioid_programme" and row["state"] == "reported"
    ]
    return frozenset(Facility.objects.filter(code__in=codes).values_list("id", flat=True))


def _uses(who: Character) -> bool:
    return any(p["id"] == "opioid-use" for p in who.problems)


def _die(person_id: UUID, share: str) -> bool:
    return Random(f"programme:{share}:{person_id}").random() < float(content.load(PATH)[share])


def _amount(person_id: UUID) -> Decimal:
    amounts: Sequence[str] = content.load(PATH)["amounts"]
    return Decimal(Random(f"programme:amount:{person_id}").choice(amounts))


def _milligrams(person_id: UUID) -> int:
    return int(_amount(person_id) * 10)
