"""A consent on paper: the form to sign, and the copy of what was signed that goes with each disclosure (42 CFR 2.31, 2.32)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access import kinds, limits, matrix, policy, reads
from throughcare.access.doors import Request, saw, screen
from throughcare.access.kinds import Kind
from throughcare.access.ports import NAMES
from throughcare.access.reads import ConsentRow
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ui import pages
from throughcare.ui.jinja import day
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import LANGUAGES, t

# The elements of the form, in the order in which it asks.
ELEMENTS = ("disclosers", "described", "classes", "to", "intermediary", "purpose", "about", "ends", "irrevocable_until")  # fmt: skip


@screen(
    "GET", "/people/<uuid:person_id>/consents/paper/", policy=policy.CONSENTS_WRITE, name="consent-paper", log="print"
)
def paper(request: Request, person_id: UUID) -> HttpResponse:
    """Print the form of one kind, empty but for the name, in the person's language."""
    kind = kinds.of(request.GET.get("kind", ""))
    return _page(request, person_id, kind, _language(request.GET.get("lang", "")), {}, None)


@screen(
    "GET",
    "/people/<uuid:person_id>/consents/<uuid:consent_id>/print/",
    policy=policy.CONSENTS_READ,
    name="consent-copy",
    log="print",
)
def copy(request: Request, person_id: UUID, consent_id: UUID) -> HttpResponse:
    """Print what was signed, element by element."""
    row = reads.consent(request.lens, person_id, consent_id)
    lang = _language(request.GET.get("lang", "") or row.language)
    return _page(request, person_id, kinds.of(row.kind), lang, said(row, lang), row)


def said(row: ConsentRow, lang: str) -> dict[str, str]:
    """Say each element of a consent as it was signed."""
    titles = matrix.load_matrix().titles
    known = [titles[DataClass(c)] for c in row.classes if DataClass(c) in titles]
    roles = [limits.of_role(Role(r)).title for r in row.roles]
    return {
        "disclosers": row.disclosers,
        "described": row.described,
        "classes": ", ".join(one.spanish if lang == "es" else one.english for one in known),
        "to": ", ".join([*([row.recipient] if row.recipient else []), *roles]),
        "intermediary": row.intermediary,
        "purpose": row.purpose,
        "about": row.about,
        "ends": day(row.expires_at) if row.expires_at else row.expires_event,
        "irrevocable_until": row.irrevocable_until,
        "signed_by": row.signed_by,
        "witness": row.witness,
        "interpreter": row.interpreter,
    }


def _page(
    request: Any, person_id: UUID, kind: Kind, lang: str, told: Mapping[str, str], row: ConsentRow | None
) -> HttpResponse:
    saw(request, person_id)
    shown = {
        "kind": kind,
        "title": kind.title_es if lang == "es" else kind.title,
        "person": NAMES().of([person_id]).get(person_id, ""),
        "row": row,
        "lines": [(t(f"consent_paper.{name}", lang=lang), told.get(name, "")) for name in _asked(kind, told)],
        "says": _says(kind, row, lang),
        "signed_by": told.get("signed_by", ""),
        "witness": told.get("witness", ""),
        "interpreter": told.get("interpreter", ""),
        "paper": PrintNote(
            t("consent_paper.copy" if row else "consent_paper.form", lang=lang),
            as_of=clock.now(),
            facility="",
            printed_by=request.lens.user_name,
        ),
    }
    return pages.page(request, "access/consent_paper.html", shown, lang=lang)


def _asked(kind: Kind, told: Mapping[str, str]) -> Sequence[str]:
    """Name the elements that stand on the paper: those that were answered, or that the kind asks to be answered."""
    if told:
        return [name for name in ELEMENTS if told.get(name)]
    if not kind.releases:
        return ["about"] if kind.one_for_each else []
    must = {*kind.asks, "classes", "to", "purpose", "ends", *(("intermediary",) if kind.statements else ())}
    return [name for name in ELEMENTS if name in must]


def _says(kind: Kind, row: ConsentRow | None, lang: str) -> list[str]:
    """Give the statements that the form makes: of a kept one those that stood on it."""
    due = row.statements if row else kinds.due(kind, through=True)
    return [one.said(lang) for one in kinds.statements() if one.id in due]


def _language(word: str) -> str:
    return word if word in LANGUAGES else LANGUAGES[0]
