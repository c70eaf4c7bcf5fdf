"""What the answers of an arriving person do at once, and when a screening may be signed. Pure; clinical.md rulings 1, 2; 1.3; 3.2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from throughcare.care.intake.rule_table import Doing, Reaction, RuleTable
from throughcare.chart.forms import Answers, Form, Positive, Score, Text, enabled, missing, positives
from throughcare.chart.forms.questionnaire import Kind, UnableReason
from throughcare.chart.forms.scale import Action, within

NO_ACTION = "no_action"
SEND_OUT = "send_out"
LANES = (SEND_OUT, "now", "shift")
AT_THE_DESK = frozenset({"now", "same_visit"})


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that answers call for; `auto` acts at once, else it is proposed. `because` lists every reason for it."""

    kind: str
    key: str
    owner_role: str
    due: str
    sentence: Text
    source: str
    because: tuple[str, ...]
    auto: bool = True
    event: str = ""
    facts: Mapping[str, bool | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """What earlier stays and the record say; a low screen with such a history is not a low risk (clinical.md 3.2)."""

    attempt_in_custody: bool = False
    withdrawal_seizure_or_dt: bool = False
    opioid_treatment: bool = False
    unfinished_tb_treatment: bool = False
    seizures: bool = False
    severe_allergy: bool = False
    pregnant: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What was done about one positive answer: an action, or `no_action` with a typed reason."""

    positive: str
    kind: str
    key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a decision, and the field or section where it is settled."""

    where: str
    text: Text


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be done, with the reasons why not."""

    ok: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class LaneDecision:
    """The quick look's result: `send_out` (INT-01), `now` or `shift`, its reasons, and what acts at once."""

    lane: str
    reasons: tuple[Text, ...]
    consequences: tuple[Consequence, ...]


def lane(form: Form, answers: Answers, table: RuleTable) -> LaneDecision:
    """The worst lane any answer calls for; what is unable or not yet answered counts as `now` (rulings 1, 2)."""
    found = "shift"
    reasons: list[Text] = []
    consequences: list[Consequence] = []
    for positive in positives(form, answers):
        reaction = table.on_quick_look(_rowless(positive.key))
        if reaction is None:
            continue
        found = min(found, reaction.lane, key=LANES.index)
        reasons.append(
            Text(f"{positive.question.en} {positive.answer.en}", f"{positive.question.es} {positive.answer.es}")
        )
        consequences += _from_reaction(reaction, positive.key)
    unasked = _unable_items(form, answers)
    for link_id in unasked:
        consequences += _from_unable(link_id, table)
        item = form.item(link_id)
        reasons.append(Text(f"Not answered: {item.text.en}", f"Sin respuesta: {item.text.es}"))
    if unasked or missing(form, answers):
        found = min(found, "now", key=LANES.index)
    return LaneDecision(found, tuple(reasons), _merged(_resolved(consequences, table, "unknown")))


def consequences(
    form: Form,
    answers: Answers,
    scores: Mapping[str, Score],
    history: History,
    table: RuleTable,
    *,
    sex: str = "unknown",
) -> tuple[Consequence, ...]:
    """Everything that answers, scores and history call for now, each once with all its reasons, autos before offers. (`scores`: by instrument)."""
    found = [_consequence(doing, "always", auto=True) for doing in table.always]
    if answers.value("can-be-pregnant") is True:
        found += [_consequence(d, "can-be-pregnant", auto=True) for d in table.always_if_can_be_pregnant]
    found += _of_positives(form, answers, table)
    facts = _facts(form, answers, history)
    for reaction in table.combination:
        if _together(reaction, facts):
            found += _from_reaction(reaction, f"together:{reaction.key}")
    for link_id in _unable_items(form, answers):
        found += _from_unable(link_id, table)
    for name, score in scores.items():
        found += _from_score(name, score)
        if score.unable:
            found += _from_unable(name, table)
    found += _of_history(history, facts, table)
    return _merged(_resolved(found, table, sex))


def of_history(form: Form, answers: Answers, history: History, table: RuleTable) -> tuple[Consequence, ...]:
    """What a fact of the record alone calls for, beside these answers: a test that turned positive after they were signed."""
    return _merged(_of_history(history, _facts(form, answers, history), table))


def means(name: str, form: Form, answers: Answers, history: History, table: RuleTable) -> bool:
    """Tell whether answers or the record mean what the content names so ([[meaning]], "opioid-use")."""
    return bool(table.meanings[name] & _facts(form, answers, history))


def _of_history(history: History, facts: frozenset[str], table: RuleTable) -> list[Consequence]:
    return [
        consequence
        for reaction in table.history
        if getattr(history, reaction.fact) and (not reaction.needs or reaction.needs & facts)
        for consequence in _from_reaction(reaction, f"history:{reaction.key}")
    ]


def of_report(form: Form, answers: Answers, table: RuleTable, *, sex: str) -> tuple[Consequence, ...]:
    """What these answers alone call for, without what every arrival needs: an officer's report, before any screening."""
    return _merged(_resolved(_of_positives(form, answers, table), table, sex))


def _of_positives(form: Form, answers: Answers, table: RuleTable) -> list[Consequence]:
    found: list[Consequence] = []
    for positive in positives(form, answers):
        reaction = table.on_positive(_rowless(positive.key))
        if reaction:
            found += _from_reaction(reaction, positive.key)
    return found


def unmapped(found: Iterable[Positive], responses: Iterable[Response]) -> tuple[Positive, ...]:
    """Positive answers without an order, referral, alert, duty, watch, instrument or typed reason (clinical.md 1.3)."""
    settled = {
        r.positive for r in responses if (r.kind != NO_ACTION and r.key) or (r.kind == NO_ACTION and r.reason.strip())
    }
    return tuple(positive for positive in found if positive.key not in settled)


def responses_of(found: Iterable[Consequence]) -> tuple[Response, ...]:
    """The responses that act by themselves: one per automatic consequence and positive answer that called for it."""
    return tuple(Response(reason, c.kind, c.key) for c in found if c.auto for reason in c.because)


def least_disposition(found: Iterable[Consequence], table: RuleTable, responses: Iterable[Response] = ()) -> str:
    """The least protective place that what acts, and what was chosen, still allow."""
    called = {f"{c.kind}:{c.key}" for c in found if c.auto} | {f"{r.kind}:{r.key}" for r in responses}
    fitting = [d for d in table.dispositions if d.calls & called]
    return max(fitting, key=lambda d: d.rank).key if fitting else min(table.dispositions, key=lambda d: d.rank).key


def may_sign(
    form: Form,
    answers: Answers,
    found: Iterable[Consequence],
    responses: Iterable[Response],
    table: RuleTable,
    *,
    finished: frozenset[str],
    cleared: bool = True,
) -> Decision:
    """Whether the screening may be signed: readable, complete, every positive mapped, instruments done, place safe.

    `finished`: instruments complete or refused; `cleared`: no quick look sent out, or written clearance is here (INT-01).
    """
    found, responses = tuple(found), tuple(responses)
    reasons = [Reason(name, text) for name, text in {**missing(form, answers), **answers.errors}.items()]
    for positive in unmapped(positives(form, answers), (*responses, *responses_of(found))):
        reasons.append(Reason(positive.key, _UNMAPPED.filled(question=positive.question.en, answer=positive.answer.en)))
    for each in found:
        if each.kind == "instrument" and each.auto and each.due in AT_THE_DESK and each.key not in finished:
            reasons.append(Reason(each.key, each.sentence))
    if not cleared:
        reasons.append(Reason("clearance", _CLEARANCE))
    reasons += _unsafe_place(form, answers, least_disposition(found, table, responses), table)
    return Decision(not reasons, tuple(reasons))


_UNMAPPED = Text(
    "{question} {answer}: choose an order, referral or alert, or type why nothing is needed.",
    "{question} {answer}: elija una orden, referencia o alerta, o escriba por qué no hace falta nada.",
)
_CLEARANCE = Text(
    "The quick look sent this person to the emergency department. Record the written clearance first.",
    "La primera mirada mandó a esta persona a emergencias. Anote primero la autorización escrita.",
)
_PLACE = Text(
    "The answers call for “{least}” or more protection. Choose it, or give the reason.",
    "Las respuestas piden «{least}» o más protección. Elíjalo o escriba la razón.",
)


def _unsafe_place(form: Form, answers: Answers, least: str, table: RuleTable) -> list[Reason]:
    ranks = {d.key: d.rank for d in table.dispositions}
    chosen = next(iter(answers.codes("disposition")), "")
    if chosen not in ranks or ranks[chosen] >= ranks[least] or answers.value("disposition-reason"):
        return []
    place = form.item("disposition").option(least)
    words = place.text if place else Text(least, least)
    return [Reason("disposition", Text(_PLACE.en.format(least=words.en), _PLACE.es.format(least=words.es)))]


def _rowless(key: str) -> str:
    item, _, option = key.partition("=")
    return item.split(":")[0] + (f"={option}" if option else "")


def _facts(form: Form, answers: Answers, history: History) -> frozenset[str]:
    """Every option chosen, every yes and every positive number among what is asked, as `item=option` or `item`; the record's as `record=fact`."""
    asked = enabled(form, answers)
    chosen = {f"{k.link_id}={code}" for k in asked for code in answers.codes(*k)}
    yes = {k.link_id for k in asked if answers.value(*k) is True}
    known = {f"record={f.name}" for f in fields(history) if getattr(history, f.name)}
    return frozenset(known | chosen | yes | {_rowless(p.key) for p in positives(form, answers)})


def _together(reaction: Reaction, facts: frozenset[str]) -> bool:
    if reaction.count:
        return len(reaction.of & facts) >= reaction.count
    return bool(reaction.every) and all(part & facts for part in reaction.every)


def _unable_items(form: Form, answers: Answers) -> list[str]:
    asked = enabled(form, answers)
    keys = sorted((k for k in asked if form.item(k.link_id).kind.asks), key=lambda k: k.row or 0)
    unable = [k.link_id for k in keys if form.item(k.link_id).unable and answers.unable(*k)]
    order = [item.link_id for item in form.walk()]
    return sorted(set(unable), key=order.index)


def _consequence(doing: Doing, because: str, *, auto: bool) -> Consequence:
    return Consequence(
        kind=doing.kind,
        key=doing.key,
        owner_role=doing.owner,
        due=doing.due,
        sentence=doing.text,
        source=doing.source,
        because=(because,),
        auto=auto,
        event=doing.event,
        facts=doing.facts,
    )


def _from_reaction(reaction: Reaction, because: str) -> list[Consequence]:
    return [_consequence(d, because, auto=True) for d in reaction.auto] + [
        _consequence(d, because, auto=False) for d in reaction.offer
    ]


def _from_unable(name: str, table: RuleTable) -> list[Consequence]:
    """Precautions for what could not be asked, and asking again within the limit of ruling 2."""
    reaction = table.unable.get(name)
    retry = Consequence(
        kind="duty",
        key="INT-02-RETRY",
        owner_role="rn",
        due=table.retry,
        sentence=Text(
            "Ask again within 4 hours what could not be asked.",
            "Pregunte otra vez en 4 horas lo que no se pudo preguntar.",
        ),
        source="ruling 2",
        because=(f"unable:{name}",),
        event="screening_item_unable",
    )
    return [*(_from_reaction(reaction, f"unable:{name}") if reaction else []), retry]


def _from_score(name: str, score: Score) -> list[Consequence]:
    reached = score.band or score.floor
    because = f"score:{name}={reached.key if reached else 'incomplete'}"
    return [_from_action(action, because) for action in score.actions]


def _from_action(action: Action, because: str) -> Consequence:
    return Consequence(
        action.kind,
        action.key,
        action.owner,
        action.due,
        action.text,
        action.source,
        (because,),
        True,
        action.event,
        action.facts,
    )


def _resolved(found: list[Consequence], table: RuleTable, sex: str) -> list[Consequence]:
    """The mental health screen by name (CMHS-W for women: BJMHS is weaker for them), and of each ladder its strongest step."""
    screen = "cmhs-w" if sex == "female" else "bjmhs"
    found = [replace(c, key=screen) if c.key == "mental-health-screen" else c for c in found]
    for ladder in table.ladders:
        acting = [c for step in ladder for c in found if c.auto and c.key == step]
        if acting:
            weaker = ladder[ladder.index(acting[0].key) + 1 :]
            found = [replace(acting[0], because=c.because, auto=c.auto) if c.key in weaker else c for c in found]
    return found


def _merged(found: list[Consequence]) -> tuple[Consequence, ...]:
    """Each consequence once, with all its reasons and its shortest limit. What is proposed for a reason stays so for that reason."""
    merged: dict[tuple[str, str, bool], Consequence] = {}
    for each in found:
        at = (each.kind, each.key, each.auto)
        old = merged.get(at)
        because = tuple(dict.fromkeys([*(old.because if old else ()), *each.because]))
        soonest = min((c for c in (old, each) if c), key=lambda c: within(c.due))
        # What the clock asks of one reason, the other must not hide: a low suicide risk beside a low mood.
        event = soonest.event or each.event or (old.event if old else "")
        merged[at] = replace(soonest, because=because, facts={**each.facts, **(old.facts if old else {})}, event=event)
    return tuple(sorted(merged.values(), key=lambda c: not c.auto))


def sexual_safety_signal(form: Form, answers: Answers) -> str:
    """Say what a signed sexual safety screen tells: done, refused as a whole, or nothing where it could not be asked (INT-09)."""
    asked = [item.link_id for item in form.walk() if item.kind is Kind.BOOLEAN]
    if any(answers.values(one) for one in asked):
        return "prea_screen_done"
    why = {found.reason for one in asked if (found := answers.unable(one)) is not None}
    return "prea_screen_refused" if UnableReason.REFUSES in why else ""
