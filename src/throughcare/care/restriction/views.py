"""What this room's pages draw, as shapes for the components; no HTTP, no queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from throughcare.care.restriction.actions.confining import VISITORS
from throughcare.care.restriction.actions.restraining import DOERS, LIST_OF
from throughcare.care.restriction.models import ConfinementVisit, RestraintStep
from throughcare.care.restriction.rule_table import load_table
from throughcare.kernel.vocabulary import Role
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back with a refused post: of which form, what was typed and ticked, what is wrong."""

    form: str = ""
    words: Mapping[str, str] | None = None
    ticked: Sequence[str] = ()
    wrong: Mapping[str, str] | None = None

    def of(self, form: str, name: str) -> str:
        """Give what was typed in a field of a form."""
        return (self.words or {}).get(f"{form}-{name}", "") if form == self.form else ""

    def error(self, form: str, name: str) -> str:
        """Give what is wrong with a field of a form."""
        return (self.wrong or {}).get(f"{form}-{name}", "") if form == self.form else ""


@dataclass(frozen=True, slots=True)
class Form:
    """One small form of the page: its key, its fields, and whether it stands open."""

    key: str
    fields: list[FieldShape]
    open: bool = False


def visit_forms(role: Role, typed: Typed, *, isolated: bool) -> list[Form]:
    """Give the forms of what this role does for somebody kept apart; the round first."""
    kinds = [k for k, roles in VISITORS.items() if role in roles and (isolated or k in ("medical", "mental_health"))]
    return [Form(k, _findings(k, "round", typed), open=i == 0 or typed.form == k) for i, k in enumerate(kinds)]


def step_forms(role: Role, typed: Typed, *, clinical: bool) -> list[Form]:
    """Give the forms of what this role does for somebody in restraints; the look first."""
    kinds = [
        k for k, roles in DOERS.items() if role in roles and (k != "review" if clinical else k not in ("renew", "face"))
    ]
    return [
        Form(k, _findings(k, LIST_OF.get(k, ""), typed), open=i == 0 or typed.form == k) for i, k in enumerate(kinds)
    ]


def review_form(typed: Typed) -> Form:
    """Give what is asked when the record is reviewed for a placement."""
    return Form("placement", _findings("placement", "contraindication", typed), open=True)


def contact_fields(typed: Typed, tier: str = "", *, isolated: bool = False, form: str = "contact") -> list[FieldShape]:
    """Give how much contact there is, and whether it is isolated confinement."""
    chosen = typed.of(form, "isolated") or ("yes" if isolated else "no")
    return [
        _radio(form, "tier", {k: w.text for k, w in load_table().words("contact").items()}, typed, tier),
        FieldShape(
            f"{form}-isolated",
            t("restriction.field.isolated"),
            "radio",
            value=chosen,
            inline=True,
            quiet=True,
            options=[Option("no", t("restriction.no")), Option("yes", t("restriction.yes"))],
        ),
    ]


def restraint_fields(typed: Typed, *, custody: bool) -> list[FieldShape]:
    """Give what is asked when a restraint is applied; of custody nothing but the device."""
    devices = {k: w.text for k, w in load_table().words("device").items() if not (custody and w.clinical_only)}
    first = [_radio("restraint", "device", devices, typed)]
    return first if custody else [*first, _text("restraint", "why", typed), _text("restraint", "tried", typed)]


def number_field(form: str, typed: Typed) -> FieldShape:
    """Give the field for a person's number."""
    return FieldShape(
        f"{form}-number",
        t("restriction.field.number"),
        value=typed.of(form, "number"),
        error=typed.error(form, "number"),
        required=True,
    )


def found_words(row: ConfinementVisit | RestraintStep) -> str:
    """Say in words what was ticked."""
    if isinstance(row, ConfinementVisit):
        name = "contraindication" if row.kind == "review" else "round"
    else:
        name = LIST_OF.get(row.kind, "")
    known = load_table().words(name) if name else {}
    return " · ".join(known[key].text for key in row.items if key in known)


def _findings(form: str, name: str, typed: Typed) -> list[FieldShape]:
    fields = []
    if name:
        ticked = typed.ticked if typed.form == form else ()
        fields.append(
            FieldShape(
                f"{form}-items",
                t(f"restriction.items.{name}"),
                "checks",
                value=list(ticked),
                options=[Option(w.key, w.text) for w in load_table().words(name).values()],
                error=typed.error(form, "items"),
                quiet=True,
            )
        )
    return [*fields, _text(form, "words", typed, rows=2, required=form in ("exam", "evaluation", "face", "renew"))]


def _text(form: str, name: str, typed: Typed, *, rows: int = 2, required: bool = True) -> FieldShape:
    return FieldShape(
        f"{form}-{name}",
        t(f"restriction.field.{name}"),
        "textarea",
        value=typed.of(form, name),
        error=typed.error(form, name),
        rows=rows,
        required=required,
        quiet=not required,
    )


def _radio(form: str, name: str, options: Mapping[str, str], typed: Typed, now: str = "") -> FieldShape:
    return FieldShape(
        f"{form}-{name}",
        t(f"restriction.field.{name}"),
        "radio",
        value=typed.of(form, name) or now,
        error=typed.error(form, name),
        options=[Option(k, words) for k, words in options.items()],
        required=True,
    )
