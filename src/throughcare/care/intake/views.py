"""What intake's pages show, as shapes for the components; no database, no HTTP."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from throughcare.care.intake import answering, desk_rules, sources
from throughcare.care.intake.reads import Waiting, Work
from throughcare.care.intake.safety_reads import SafetySite
from throughcare.chart import forms, questions
from throughcare.chart.actions.forms import others
from throughcare.kernel.errors import Invalid
from throughcare.ui import wording
from throughcare.ui.forms import id_of
from throughcare.ui.shapes import Action, Cell, ClockShape, Column, DutyRow, Lane, Section, SignPanel, TableShape

KIND_WORDS = {
    "alert": "Told officers",
    "watch": "Watch",
    "order": "Ordered",
    "referral": "Referred",
    "instrument": "To ask",
    "duty": "Clock started",
}
REVIEW = "review"


def lanes(waiting: Sequence[Waiting]) -> list[Lane]:
    """Put who waits into the three lanes."""
    words = {"now": "Nobody needs you now.", "shift": "Nobody else waits.", "later": "Nothing later."}
    found = {key: [_row(w) for w in waiting if w.lane == key] for key in words}
    return [Lane(key=key, rows=rows, empty=words[key]) for key, rows in found.items() if rows or key == "now"]  # type: ignore[arg-type]


def _row(waiting: Waiting) -> DutyRow:
    look = waiting.state == "arrived"
    ids = {"person_id": waiting.person_id, "arrival_id": waiting.arrival_id}
    href = reverse("intake_look" if look else "intake_screening", kwargs=ids)
    what = {"arrived": "Quick look", "looked": "Receiving screening", "sent_out": "Waits for clearance"}[waiting.state]
    return DutyRow(
        who=waiting.name,
        what=what,
        clock=ClockShape(opened_at=waiting.arrived_at, due_at=waiting.due_at),
        place=waiting.language,
        action=Action("Look" if look else "Screen", href=href, tone="main"),
        href=href,
        mark=", ".join(told_by_officers(waiting.officer_flags)),
        seed=str(waiting.person_id),
        id=str(waiting.arrival_id),
    )


def told_by_officers(flags: Sequence[str]) -> list[str]:
    """Give what officers reported, in the words of the question, or as they wrote it."""
    words = answering.officer_codes()
    return [words.get(flag, flag) for flag in flags]


def screening(work: Work, section: str, address: str, *, unfinished: bool) -> dict[str, Any]:
    """Give the screening page: steps, the present section or instrument or the review, and the panel."""
    view = forms.render(work.asked.form, work.asked.answers, lang="en", unfinished=unfinished, ahead=True)
    instruments = _instruments(work)
    names = [s.link_id for s in view.sections] + list(instruments) + [REVIEW]
    current = _current(work, view, instruments, section, names)
    steps = [
        *questions.steps(view, current, address),
        *_instrument_steps(work, instruments, current, address),
        Section("Review and sign", f"{address}{REVIEW}", "current" if current == REVIEW else "open"),
    ]
    following = names[names.index(current) + 1] if current != REVIEW else ""
    shown = _section_of(work, view, instruments, current, unfinished)
    return {
        **panel(work),
        "officer_said": told_by_officers(work.arrival.officer_flags),
        "steps": steps,
        "current": current,
        "following": following,
        "errors": questions.faults(shown) if shown is not None and unfinished else [],
        "view": shown,
        "lines": _lines(shown, current),
        "hidden": _hidden(shown, current),
        "shown": " ".join(questions.shown(s) for s in _sections(shown, current)),
        "instrument": current if current in instruments else "",
        "signed_instrument": current in work.asked.finished,
        "sign_panel": _sign_panel(work, address),
    }


def called_up(work: Work, section: str, shown: str) -> bool:
    """Tell whether answers of this section have called up questions in it that the page did not show yet."""
    view = forms.render(work.asked.form, work.asked.answers, lang="en")
    before = set(shown.split())
    missing = forms.missing(work.asked.form, work.asked.answers)
    here = [row.field for s in view.sections if s.link_id == section for row in s.rows]
    return any(name in missing and name not in before for name in here) or any(
        row.next_row is not None and not any(f.startswith(f"{row.link_id}.") for f in before)
        for s in view.sections
        if s.link_id == section
        for row in s.rows
    )


def panel(work: Work) -> dict[str, Any]:
    """Give what the answers did, and the positives that still need an answer."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for effect in work.effects:
        if effect.state == "acted":
            groups.setdefault(KIND_WORDS[effect.kind], []).append(
                {
                    "at": effect.acted_at,
                    "text": effect.sentence_en,
                    "why": sources.because(work.asked.form, effect.because),
                    "rule": sources.said(effect.source),
                    "id": effect.id,
                    "enter": reverse("pregnancy_test", kwargs={"person_id": effect.person_id})
                    if effect.key in desk_rules.ORDERED
                    else "",
                }
            )
    return {
        "arrival": work.arrival,
        "person_id": work.arrival.person_id,
        "groups": groups,
        "offers": [e for e in work.effects if e.state == "offered"],
        "positives": [(p.key, f"{p.question.en} {p.answer.en}".strip()) for p in work.open_positives],
        "reasons": work.arrival.reasons,
    }


def begun_by(work: Work, reader: UUID) -> str:
    """Name who began what is not signed yet, where that is somebody else; else nothing."""
    drafts = [r for r in (work.arrival.screening, *work.asked.instruments.values()) if r is not None]
    return next((r.recorded_by for r in drafts if others(r, reader)), "")


def following(work: Work) -> str:
    """Name the instrument that waits next, else the review."""
    return next((name for name in sorted(work.asked.instruments) if name not in work.asked.finished), REVIEW)


def sheets() -> list[tuple[str, list[tuple[str, list[tuple[str, list[str]]]]]]]:
    """Give the quick look and the screening as paper forms: sections, questions, boxes to tick."""
    found = []
    for name in (answering.QUICK_LOOK, answering.SCREENING):
        form = forms.load(name)
        sections: list[Any] = [i for i in form.items if i.items] or [form]
        found.append((form.title.en, [(_title(s), [_asked(i) for i in _walk(s) if i.kind.asks]) for s in sections]))
    return found


def _title(section: Any) -> str:
    text = getattr(section, "text", None)
    return str(text.en) if text is not None else ""


def _asked(item: Any) -> tuple[str, list[str]]:
    if item.kind.value == "boolean":
        return item.text.en, ["Yes", "No"]
    return item.text.en, [o.text.en for o in item.options]


def safety_sites(found: Sequence[SafetySite]) -> TableShape:
    """Draw what sexual safety owes at each site, and how much of it is late."""
    counts = [Column(wording.t(f"safety.{name}"), numeric=True) for name in ("first", "again", "offers", "late")]
    return TableShape(
        wording.t("safety.sites"),
        [Column(wording.t("safety.site")), *counts],
        [[Cell(s.name, href=f"?site={s.id}"), str(s.screens), str(s.again), str(s.offers), str(s.late)] for s in found],
        empty=wording.t("safety.none"),
        caption_hidden=True,
    )


def uuid_of(text: str) -> UUID:
    """Read an id from a page."""
    return id_of(text, Invalid("This page is too old. Open it again."))


def _instruments(work: Work) -> dict[str, forms.Form]:
    return {name: forms.load(name) for name in sorted(work.asked.instruments)}


def _instrument_steps(work: Work, instruments: dict[str, forms.Form], current: str, address: str) -> list[Section]:
    return [
        Section(
            title=form.title.en,
            href=f"{address}{name}",
            state="current" if name == current else "done" if name in work.asked.finished else "attention",
        )
        for name, form in instruments.items()
    ]


def _current(
    work: Work, view: forms.FormView, instruments: dict[str, forms.Form], section: str, names: list[str]
) -> str:
    if section in names:
        return section
    if work.arrival.state == "signed":
        return REVIEW
    open_ones = [s.link_id for s in view.sections if s.state.value not in ("done", "unable")]
    return open_ones[0] if open_ones else REVIEW


def _section_of(
    work: Work, view: forms.FormView, instruments: dict[str, forms.Form], current: str, unfinished: bool
) -> forms.FormView | None:
    if current in instruments:
        answers = answering.typed(instruments[current], work.asked.instruments[current].posted)
        return forms.render(instruments[current], answers, lang="en", unfinished=unfinished, ahead=True)
    return view if current != REVIEW else None


def _lines(shown: forms.FormView | None, current: str) -> list[questions.Question]:
    return [line for s in _sections(shown, current) for line in questions.questions(s, "en")]


def _hidden(shown: forms.FormView | None, current: str) -> list[str]:
    return [name for s in _sections(shown, current) for name in questions.fields_hidden(s)]


def _sections(shown: forms.FormView | None, current: str) -> list[forms.SectionView]:
    if shown is None:
        return []
    mine = [s for s in shown.sections if s.link_id == current]
    return mine or list(shown.sections)


def _sign_panel(work: Work, address: str) -> SignPanel:
    closes = [sources.said(rule) for rule in ("INT-02", "INT-08")]
    ids = {"person_id": work.arrival.person_id, "arrival_id": work.arrival.id}
    href, blocked = reverse("intake_sign", kwargs=ids), _blocked(work, address)
    return SignPanel(
        "Sign screening", closes, blocked=blocked, href=href, key="s", later=_explained(work, href, blocked)
    )


def _explained(work: Work, href: str, blocked: list[Action]) -> Action | None:
    """Offer to sign and say in the same key that care was explained: in the language of the screening itself (INT-07)."""
    if blocked or not desk_rules.can_explain(work.asked.answers):
        return None
    how = desk_rules.explained_in(work.arrival.person.language, work.asked.answers)
    label = wording.t(f"intake.sign_explained.{how}")
    return Action(label, href=href, method="post", key="e", name="explained", value="yes")


def _blocked(work: Work, address: str) -> list[Action]:
    """Say what is open, once a section: how many questions, or the one thing that needs a response."""
    titles = {s.link_id: s.text.en for s in work.asked.form.items}
    questions: dict[str, int] = {}
    found: list[Action] = []
    for reason in work.decision.reasons:
        section = _where(work, reason.where)
        if section in titles and "=" not in reason.where and reason.where != "disposition":
            questions[section] = questions.get(section, 0) + 1
        else:
            found.append(Action(reason.text.en, href=f"{address}{section}"))
    unanswered = [
        Action(wording.t("intake.open_questions", section=titles[name], n=count), href=f"{address}{name}")
        for name, count in questions.items()
    ]
    return [*unanswered, *found]


def _where(work: Work, field: str) -> str:
    name = field.split(":")[0].split("=")[0].split("~")[0]
    if name in work.asked.instruments:
        return name
    for section in work.asked.form.items:
        if name == section.link_id or any(name == item.link_id for item in _walk(section)):
            return section.link_id
    return REVIEW


def _walk(item: Any) -> list[Any]:
    return [inner for child in item.items for inner in (child, *_walk(child))]
