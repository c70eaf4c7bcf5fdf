"""A screening's forms with their answers, loaded once for the rules: the main form and the instruments it fired."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from throughcare.care.intake import desk_rules, prior, rules
from throughcare.care.intake.models import Arrival
from throughcare.care.intake.rule_table import RuleTable, load_table
from throughcare.chart import forms
from throughcare.chart.models import FormResponse, Order
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock
from throughcare.people.family import family
from throughcare.people.models import Person

QUICK_LOOK, SCREENING = "intake-quick-look", "intake-receiving-screening"
OFFICER, NOTHING_TOLD, POSSIBLE = "officer-report", "none", "can-be-pregnant"


@dataclass(frozen=True, slots=True)
class Asked:
    """The forms of one arrival, parsed, with what they call for."""

    arrival: Arrival
    form: forms.Form
    answers: forms.Answers
    instruments: Mapping[str, FormResponse] = field(default_factory=dict)
    scores: Mapping[str, forms.Score] = field(default_factory=dict)
    consequences: tuple[rules.Consequence, ...] = ()

    @property
    def finished(self) -> frozenset[str]:
        """Name the instruments that are signed, or could not be asked."""
        return frozenset(name for name, r in self.instruments.items() if r.status != "draft")


def typed(form: forms.Form, posted: Mapping[str, list[str]]) -> forms.Answers:
    """Read posted answers as of now."""
    return forms.parse(form, posted, zone=clock.zone(), now=clock.now())


def known(arrival: Arrival, sex: str) -> dict[str, list[str]]:
    """Give what the record answers before anybody asks, for the nurse to correct: pregnancy possible, under 18 (ruling 15)."""
    found = {POSSIBLE: ["yes" if took_for_possible(arrival, sex) else "no"]}
    born = Person.objects.filter(id=arrival.person_id).values_list("birth_date", flat=True).first()
    if born is not None:
        today = clock.today()
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        found["under-18"] = ["yes" if age < 18 else "no"]
    return found


def test_is_for(people: Collection[UUID], sex: str) -> bool:
    """Tell whether a pregnancy test is for this person: by the latest answer, the record, or a test that is owed or ordered (INT-06)."""
    arrival = Arrival.objects.filter(person_id__in=people).exclude(state="left").order_by("-arrived_at").first()
    owed = Duty.objects.filter(OPEN, person_id__in=people, rule__in=desk_rules.OWED)
    ordered = Order.objects.filter(person_id__in=people, status="active")
    asked = owed.exists() or ordered.filter(Q(code__in=desk_rules.ORDERED) | Q(code=desk_rules.TEST)).exists()
    return desk_rules.may_be_tested(sex, _told_possible(arrival), asked=asked)


def took_for_possible(arrival: Arrival, sex: str) -> bool:
    """Give what was taken of whether this person can be pregnant before the screening's own answer: the quick look's, else the record's."""
    looked = arrival.quick_look.posted.get(POSSIBLE, []) if arrival.quick_look is not None else []
    return "yes" in looked if looked else sex != "male"


def _told_possible(arrival: Arrival | None) -> bool | None:
    for name, response in () if arrival is None else ((SCREENING, arrival.screening), (QUICK_LOOK, arrival.quick_look)):
        said = typed(forms.load(name), response.posted).value(POSSIBLE) if response is not None else None
        if isinstance(said, bool):
            return said
    return None


def with_officer_flags(arrival: Arrival, posted: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Add what custody's system reported to what the officer is asked: nobody unticks it, a reason may settle it."""
    flagged = [flag for flag in arrival.officer_flags if flag in officer_codes()]
    if not flagged:
        return dict(posted)
    told = [code for code in posted.get(OFFICER, []) if code != NOTHING_TOLD]
    return {**posted, OFFICER: list(dict.fromkeys([*told, *flagged]))}


def officer_codes() -> dict[str, str]:
    """Give what an officer can report, in the words of the question, by its code."""
    options = forms.load(SCREENING).item(OFFICER).options
    return {option.code: option.text.en for option in options if option.code != NOTHING_TOLD}


def said(arrival: Arrival | None) -> tuple[forms.Form, forms.Answers]:
    """Give the screening's form and what was answered so far, or nothing yet; of who did not arrive here, nothing."""
    form = forms.load(SCREENING)
    posted = arrival.screening.posted if arrival is not None and arrival.screening is not None else {}
    return form, typed(form, posted if arrival is None else with_officer_flags(arrival, posted))


def of_screening(arrival: Arrival, *, sex: str, table: RuleTable | None = None) -> Asked:
    """Give the screening's answers so far, its instruments with their scores, and what they call for together."""
    form = forms.load(SCREENING)
    response = arrival.screening
    posted = response.posted if response is not None else known(arrival, sex)
    answers = typed(form, with_officer_flags(arrival, posted))
    instruments = {r.form: r for r in FormResponse.objects.filter(purpose="intake", ref=arrival.id)}
    scores = {name: scored for name, r in instruments.items() if (scored := _score(r, sex)) is not None}
    called = rules.consequences(
        form,
        answers,
        scores,
        prior.history(family(arrival.person_id), arrival.arrived_at),
        table or load_table(),
        sex=sex,
    )
    return Asked(arrival, form, answers, instruments, scores, called)


def _score(response: FormResponse, sex: str) -> forms.Score | None:
    form = forms.load(response.form)
    return forms.score(form, typed(form, response.posted), sex=sex)


def sex_of(person_id: UUID) -> str:
    """Give the sex on record, by which some scores are read."""
    return Person.objects.filter(id=person_id).values_list("sex", flat=True).first() or "unknown"
