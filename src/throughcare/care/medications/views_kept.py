"""Kept medicines as their pages draw them, and what each verb of the page asks an action to do. No queries."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from throughcare.care.medications import actions
from throughcare.care.medications.actions import Issue
from throughcare.care.medications.models import StockLot
from throughcare.care.medications.reads.kept import Kept, KeptOrder
from throughcare.care.medications.views_stock import day, number
from throughcare.chart.screens.frame import version_in
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.ui.forms import id_of
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

ENDS = ("take_back", "use_up", "lose")
FINDINGS = ("explained", "failed", "hoarding")


def page(found: Kept) -> dict[str, Any]:
    """Give what the page shows: the finding in words, each order with why not, packs to take back."""
    fitness = found.fitness
    stands = fitness is not None and fitness.fit and fitness.lapsed_at is None
    return {
        "kept": found,
        "fit_stands": stands,
        "lapsed": t(f"kept.lapse.{fitness.lapsed_why}") if fitness is not None and fitness.lapsed_why else "",
        "ends": ENDS,
        "findings": FINDINGS,
    }


def issue(
    one: KeptOrder, lots: Sequence[StockLot], typed: Mapping[str, str], wrong: Mapping[str, str]
) -> dict[str, Any]:
    """Give the form by which a pack is handed over."""

    def asked(name: str, kind: Any = "text", **more: Any) -> FieldShape:
        value = typed.get(name, more.pop("value", ""))
        return FieldShape(
            name=name, label=t(f"kept.field.{name}"), kind=kind, value=value, error=wrong.get(name, ""), **more
        )

    fields = []
    if lots:
        options = [Option("", t("kept.from_pharmacy"))]
        options += [
            Option(str(lot.id), t("kept.from_lot", lot=lot.lot, left=f"{lot.balance.normalize():f}")) for lot in lots
        ]
        fields.append(asked("stock", "select", options=options, value=str(lots[0].id)))
    fields += [
        asked("quantity", "number", width="s", required=True, unit=one.order.unit),
        asked("lot", width="s", hint=t("kept.hint.lot") if lots else "", max_length=20),
        asked("expires_on", "date"),
        asked(
            "signed_how",
            "radio",
            required=True,
            options=[Option("paper", t("kept.signed_paper")), Option("mark", t("kept.signed_mark"))],
        ),
        asked("early_why", hint=t("kept.hint.early_why"), max_length=200),
    ]
    return {"fields": fields}


def issued(typed: Mapping[str, str]) -> Issue:
    """Read a pack from its form."""
    wrong: dict[str, str] = {}
    quantity = number(typed.get("quantity", ""), "quantity", wrong)
    expires = day(typed.get("expires_on", ""), "expires_on", wrong)
    if quantity is None and "quantity" not in wrong:
        wrong["quantity"] = "Enter how many are in the pack."
    if wrong or quantity is None:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    stock = typed.get("stock", "")
    return Issue(
        quantity=quantity,
        lot=typed.get("lot", ""),
        expires_on=expires,
        signed_how=typed.get("signed_how", ""),
        stock_id=_id(stock) if stock else None,
        early_why=typed.get("early_why", ""),
    )


def _id(text: str) -> UUID:
    return id_of(text, NotFound("This page names something that isn't there. Open it again."))


def nothing(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    """Refuse a verb that the page does not have."""
    raise Invalid("Choose what to do. Nothing was changed.")


def _check(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    if typed.get("fit") not in ("yes", "no"):
        raise Invalid("Say whether the person may keep medicines.", fields={"fit": "Choose one."})
    actions.check_fitness(**about, fit=typed["fit"] == "yes", words=typed.get("words", ""))
    return t("kept.checked")


def _count(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    wrong: dict[str, str] = {}
    counted = number(typed.get("counted", ""), "counted", wrong)
    if counted is None:
        raise Invalid("Write how many are left.", fields={"counted": "Write how many are left."})
    done = actions.count_pack(**about, pack_id=_id(typed.get("pack", "")), counted=counted)
    return f"{t('kept.should_be', n=f'{done.expected.normalize():f}')} {done.words}"


def _answer(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    actions.answer_count(
        **about,
        count_id=_id(typed.get("count", "")),
        version=version_in(typed),
        finding=typed.get("finding", ""),
        words=typed.get("words", ""),
    )
    return t("kept.answered")


def _refill(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    actions.ask_refill(**about, order_id=_id(typed.get("order", "")))
    return t("kept.asked")


def _decline(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    actions.decline_refill(
        **about, refill_id=_id(typed.get("refill", "")), version=version_in(typed), why=typed.get("why", "")
    )
    return t("kept.declined")


def _end(about: dict[str, Any], typed: Mapping[str, str]) -> str:
    wrong: dict[str, str] = {}
    left = number(typed.get("left", ""), "left", wrong)
    if wrong:
        raise Invalid(wrong["left"], fields=wrong)
    actions.take_back_pack(
        **about,
        pack_id=_id(typed.get("pack", "")),
        version=version_in(typed),
        verb=typed.get("became", ""),
        why=typed.get("why", ""),
        left=left,
    )
    return t("kept.ended")


VERBS: dict[str, Callable[[dict[str, Any], Mapping[str, str]], str]] = {
    "check": _check,
    "count": _count,
    "answer": _answer,
    "refill": _refill,
    "decline": _decline,
    "end": _end,
}
