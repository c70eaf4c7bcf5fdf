"""One person's medicines for health staff: the list, the sheet of doses, ordering with its checks, one order. HTTP only."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.medications import actions, pass_views, policy, views
from throughcare.care.medications.checking import Checked
from throughcare.care.medications.reads import adherence as taken
from throughcare.care.medications.reads import chart as reads
from throughcare.care.medications.reads import leases, stock
from throughcare.care.medications.reads.opioid_treatment import programme_orders
from throughcare.care.medications.reads.prescribers import on_duty
from throughcare.care.medications.screens.second import SECRETS, second_of
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import id_or_none
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/medications/"
ORDER = ONE + "<uuid:order_id>/"


@screen("GET", ONE, policy=policy.LIST, name="medications")
def medications(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show what the person takes here, what waits for a decision, and every dose of the last week."""
    family = frame.family(request, person_id)
    found = reads.medicines(request.lens, family)
    context: dict[str, Any] = {
        **views.listed(found),
        "programme": programme_orders(request.lens, family),
        "may_order": policy.ORDER.allows(request.lens, person_id),
        "may_sign": policy.SIGN.allows(request.lens, person_id),
        "may_judge": policy.GIVE.allows(request.lens, person_id),
        "unjudged": [],
        "sheet": None,
    }
    if policy.READ.allows(request.lens, person_id):
        context["unjudged"] = reads.unjudged(request.lens, family)
        days, rows = reads.sheet(request.lens, family, clock.zone())
        context["sheet"] = views.sheet(days, rows)
    return frame.page(request, person_id, "medications/medications.html", "medications", context, again)


@screen("GET", ONE + "adherence/", policy=policy.READ, name="medication_adherence")
def adherence(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show how each medicine was taken in 30 and 90 days, whose misses they were, and what a prescriber must look at."""
    rows = taken.person(request.lens, frame.family(request, person_id), clock.zone())
    context = {**views.adherence(rows), "may_sign": policy.SIGN.allows(request.lens, person_id)}
    return frame.page(request, person_id, "medications/adherence.html", "medications", context, again)


@screen("POST", ONE + "adherence/", policy=policy.SIGN, name="medication_adherence")
def review_adherence(request: Request, person_id: UUID) -> HttpResponse:
    """Write what follows from how a medicine is taken."""
    order_id = id_or_none(request.POST.get("order", "")) or person_id

    def act(intent: UUID | None) -> Any:
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        return actions.review_taking(**about, order_id=order_id, words=request.POST.get("words", ""))

    return frame.attempt(
        request,
        act,
        lambda again: adherence(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "medication_adherence", person_id, t("adherence.reviewed")),
    )


@screen("GET", ONE + "order/", policy=policy.ORDER, name="order_medicine")
def order_medicine(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Find a product, then say how it is taken; alerts stand beside what they are about."""
    typed = dict(again.typed) if again else {k: str(v) for k, v in request.GET.items()}
    family = frame.family(request, person_id)
    home = reads.brought(request.lens, family, id_or_none(typed.get("home", "")))
    context = {
        **views.order_form(typed, again.wrong if again else {}, home),
        "report": _report(request, person_id, typed) if again else None,
        "answered": views.reasons_in(typed),
        "by_prescriber": policy.SIGN.allows(request.lens, person_id),
        "wrong": again.wrong if again else {},
        "on_duty": on_duty(request.lens, request.posting.facility_id),
        "current": reads.medicines(request.lens, family).active,
    }
    return frame.page(request, person_id, "medications/order_medicine.html", "medications", context, again)


def _by_word(request: Request, typed: dict[str, str]) -> dict[str, str]:
    """Name the prescriber who was chosen from those on duty; whoever is not on duty is written by name."""
    chosen = typed.get("prescriber_id", "")
    if not chosen or policy.SIGN.allows(request.lens):
        return typed
    found = next((p for p in on_duty(request.lens, request.posting.facility_id) if str(p.id) == chosen), None)
    if found is None:
        sentence = "This prescriber is not on duty any more. Choose another, or write the name."
        raise Invalid(sentence, fields={"prescriber": sentence})
    return typed | {"prescriber": found.name}


def _report(request: Request, person_id: UUID, typed: Mapping[str, str]) -> Checked | None:
    try:
        asked = views.prescription(typed)
        return actions.check_order(actor=request.actor, person_id=person_id, asked=asked)
    except Invalid:
        return None


@screen("GET", ONE + "products/", policy=policy.ORDER, name="find_product")
def find_product(request: Request, person_id: UUID) -> HttpResponse:
    """Find products by a piece of their name, brand or class."""
    text = request.GET.get("q", "")
    context = {"person_id": person_id, "found": views.products(text), "q": text, "home": request.GET.get("home", "")}
    return pages.page(request, "medications/products.html", context)


@screen("POST", ONE + "order/", policy=policy.ORDER, name="order_medicine")
def place_order(request: Request, person_id: UUID) -> HttpResponse:
    """Order it. What is missing or alarming comes back beside what was typed."""

    def act(intent: UUID | None) -> UUID:
        asked = views.prescription(_by_word(request, frame.typed(request)))
        replaces = id_or_none(request.POST.get("replaces", ""))
        if replaces is None:
            return actions.place_order(actor=request.actor, intent=intent, person_id=person_id, asked=asked)
        return actions.change_order(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=replaces,
            version=frame.version_of(request),
            asked=asked,
            why=request.POST.get("why", ""),
        )

    return frame.attempt(
        request,
        act,
        lambda again: order_medicine(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "medications", person_id, t("medications.ordered")),
    )


@screen("GET", ORDER, policy=policy.READ, name="medication_order")
def one_order(request: Request, person_id: UUID, order_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one order: what it says, what was said to its alerts, its last doses, and what can be done with it."""
    found = reads.order(request.lens, frame.family(request, person_id), order_id)
    context = {
        **views.one_order(found),
        "lots": _lots(request, found.order.code),
        "leased": bool(leases.leases(request.lens, {order_id})),
        "may_order": policy.ORDER.allows(request.lens, person_id),
        "may_sign": policy.SIGN.allows(request.lens, person_id),
        "may_give": policy.GIVE.allows(request.lens, person_id),
    }
    return frame.page(request, person_id, "medications/one_order.html", "medications", context, again)


def _lots(request: Request, code: str) -> list[dict[str, str]]:
    """Give the lots of a medicine where the reader works, the first to expire first."""
    site = request.posting.facility_id
    return pass_views.lots(stock.lots_for(request.lens, site, {code})).get(code, []) if site else []


def _acting(
    request: Request, person_id: UUID, order_id: UUID, act: Callable[[UUID | None], Any], said: str
) -> HttpResponse:
    return frame.attempt(
        request,
        act,
        lambda again: one_order(request, person_id=person_id, order_id=order_id, again=again),
        lambda _: frame.go(request, "medication_order", person_id, t(said), order_id=order_id),
        secrets=SECRETS,
    )


@screen("POST", ORDER + "sign/", policy=policy.SIGN, name="sign_medication_order")
def sign_order(request: Request, person_id: UUID, order_id: UUID) -> HttpResponse:
    """Sign an order that was written down in a prescriber's name."""

    def act(intent: UUID | None) -> None:
        about: dict[str, Any] = {"person_id": person_id, "order_id": order_id, "version": frame.version_of(request)}
        actions.sign_order(actor=request.actor, intent=intent, **about)

    return _acting(request, person_id, order_id, act, "medications.signed")


@screen("POST", ORDER + "change/", policy=policy.ORDER, name="change_medication_order")
def change_order(request: Request, person_id: UUID, order_id: UUID) -> HttpResponse:
    """Hold an order, let it go on, renew it, stop it, or keep it past what the chart says since."""
    verb = request.POST.get("verb", "")

    def act(intent: UUID | None) -> Any:
        about: dict[str, Any] = {"person_id": person_id, "order_id": order_id, "version": frame.version_of(request)}
        about |= {"actor": request.actor, "intent": intent}
        why = request.POST.get("why", "")
        if verb == "hold":
            return actions.hold_order(**about, why=why)
        if verb == "resume":
            return actions.resume_order(**about)
        if verb == "renew":
            days = views.days_of(request.POST.get("days", ""))
            return actions.renew_order(**about, days=days, reasons=views.reasons_in(frame.typed(request)))
        if verb == "keep":
            return actions.keep_as_it_is(**about, reasons=views.reasons_in(frame.typed(request)))
        return actions.stop_order(**about, why=why)

    return _acting(request, person_id, order_id, act, f"medications.did_{verb if verb in views.VERBS else 'stop'}")


@screen("GET", ONE + "brought/<uuid:medicine_id>/", policy=policy.SIGN, name="decide_medicine")
def decide_medicine(request: Request, person_id: UUID, medicine_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show a medicine from outside that waits for a decision: continue it by an order, or stop it with the reason."""
    try:
        home = reads.brought(request.lens, frame.family(request, person_id), medicine_id)
    except NotFound as unknown:
        # The duty begins when somebody says that medicines are taken; which ones is listed later in the same screening.
        return frame.page(
            request, person_id, "medications/not_listed.html", "medications", {}, again or Again({}, unknown)
        )
    context = {"home": home, "found": views.products(home.text.split(" ")[0]) if home else []}
    return frame.page(request, person_id, "medications/decide.html", "medications", context, again)


@screen("POST", ONE + "brought/<uuid:medicine_id>/", policy=policy.SIGN, name="decide_medicine")
def decide(request: Request, person_id: UUID, medicine_id: UUID) -> HttpResponse:
    """Stop a medicine from outside, with the reason."""

    def act(intent: UUID | None) -> None:
        actions.decide_medicine(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            medicine_id=medicine_id,
            decision="stop",
            why=request.POST.get("why", ""),
        )

    return frame.attempt(
        request,
        act,
        lambda again: decide_medicine(request, person_id=person_id, medicine_id=medicine_id, again=again),
        lambda _: frame.go(request, "medications", person_id, t("medications.decided_stop")),
    )


@screen("GET", "/medications/to-sign/", policy=policy.SIGN, name="medications_to_sign")
def to_sign(request: Request) -> HttpResponse:
    """Show the orders that wait for a prescriber's signature."""
    rows = reads.unsigned(request.lens)
    cards = people.cards(request.lens, [r.person_id for r in rows])
    saw(request, *(r.person_id for r in rows))
    return pages.page(request, "medications/to_sign.html", {"rows": [(r, cards[r.person_id]) for r in rows]})


@screen("POST", ONE + "entries/<uuid:entry_id>/", policy=policy.GIVE, name="judge_dose_entry")
def judge(request: Request, person_id: UUID, entry_id: UUID) -> HttpResponse:
    """Say whether a dose was swallowed of which a tablet's entry was kept."""
    said = {"yes": True, "no": False}.get(request.POST.get("swallowed", ""))

    def act(intent: UUID | None) -> None:
        about: dict[str, Any] = {"person_id": person_id, "entry_id": entry_id, "version": frame.version_of(request)}
        actions.judge_entry(
            actor=request.actor, intent=intent, **about, swallowed=said, found=request.POST.get("found", "")
        )

    return frame.attempt(
        request,
        act,
        lambda again: medications(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "medications", person_id, t("medications.judged")),
    )


# --- one dose -------------------------------------------------------------------------------------------------------------


@screen("GET", ONE + "doses/<uuid:dose_id>/", policy=policy.READ, name="medication_dose")
def one_dose(request: Request, person_id: UUID, dose_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one dose, what became of it and who said so; chart it, or say that its entry was made in error."""
    found = reads.dose(request.lens, frame.family(request, person_id), dose_id)
    lots = _lots(request, found.order.code if found.order else "")
    context = {**views.one_dose(found), "may_give": policy.GIVE.allows(request.lens, person_id), "lots": lots}
    return frame.page(request, person_id, "medications/one_dose.html", "medications", context, again)


@screen("POST", ONE + "doses/<uuid:dose_id>/", policy=policy.GIVE, name="medication_dose")
def chart_dose(request: Request, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Chart a dose, correct its entry, write down its effect, or say what was found after a possible double dose."""
    post = request.POST

    def act(intent: UUID | None) -> Any:
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        if post.get("verb") == "effect":
            return actions.record_effect(
                **about, dose_id=dose_id, after=post.get("after", ""), words=post.get("words", "")
            )
        if post.get("verb") == "double":
            return actions.answer_double_dose(**about, dose_id=dose_id, finding=post.get("finding", ""))
        if post.get("verb") == "error":
            why = post.get("why", "")
            return actions.correct_dose(**about, dose_id=dose_id, version=frame.version_of(request), why=why)
        if post.get("verb") == "second":
            second = second_of(request)
            if second is None:
                raise Invalid("The second person signs here.", fields={"second": "Scan or type their badge."})
            return actions.sign_second(**about, dose_id=dose_id, version=frame.version_of(request), second=second)
        charted = views.charted(dose_id, frame.typed(request, SECRETS))
        if post.get("entered_late") != "yes":
            charted = replace(charted, second=second_of(request))
        return actions.record_doses(**about, charted=[charted], entered_late=post.get("entered_late") == "yes")

    return frame.attempt(
        request,
        act,
        lambda again: one_dose(request, person_id=person_id, dose_id=dose_id, again=again),
        lambda _: frame.go(request, "medications", person_id, t("medications.charted")),
    )


@screen("POST", ORDER + "as-needed/", policy=policy.GIVE, name="give_as_needed")
def as_needed(request: Request, person_id: UUID, order_id: UUID) -> HttpResponse:
    """Give a dose that the person asks for."""

    def act(intent: UUID | None) -> Any:
        return actions.give_as_needed(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=order_id,
            reason=request.POST.get("reason", ""),
            before=request.POST.get("before", "")[:4],
            detail=pass_views.beside(frame.typed(request, SECRETS)),
            second=second_of(request),
        )

    return _acting(request, person_id, order_id, act, "medications.given")


@screen("POST", ORDER + "talk/", policy=policy.GIVE, name="adherence_talk")
def talk(request: Request, person_id: UUID, order_id: UUID) -> HttpResponse:
    """Write down the talk about missed doses, and tell the prescriber (MED-03)."""

    def act(intent: UUID | None) -> Any:
        return actions.answer_nonadherence(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=order_id,
            words=request.POST.get("words", ""),
        )

    return _acting(request, person_id, order_id, act, "medications.talked")
