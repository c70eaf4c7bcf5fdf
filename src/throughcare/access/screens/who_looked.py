"""Who looked at a record: for the person, role, purpose and date; for who keeps the records, names too (ruling 10)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from throughcare.access import matrix, policy, reads
from throughcare.access.doors import Request, screen
from throughcare.access.reads import Look
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages, wording
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import PageKeys


@screen("GET", "/people/<uuid:person_id>/who-looked/", policy=policy.WHO_LOOKED, name="who-looked")
def who_looked(request: Request, person_id: UUID) -> HttpResponse:
    """Show who opened this record."""
    looks, after = reads.who_looked(request.lens, person_id, before=_key(request.GET.get("before", "")))
    own = request.lens.role is Role.PATIENT
    lang = pages.language_of(request) if own else wording.LANGUAGES[0]
    shown = {
        "looks": [_words(look, lang) for look in looks],
        "own": own,
        "person_id": person_id,
        "keeps": request.lens.role is Role.HIM,
        "watched": reads.is_watched(request.lens, person_id),
        "pages": PageKeys(
            len(looks), older=f"?before={after}" if after else "", newer="?" if request.GET.get("before") else ""
        ),
    }
    template = "access/my_readers.html" if own else "access/who_looked.html"
    return pages.page(request, template, shown, lang=lang if own else "")


@screen("GET", "/my/who-looked/", policy=policy.MINE, name="my-who-looked")
def my_readers(request: Request) -> HttpResponse:
    """Bring a person to their own page, in the language they ask for."""
    return HttpResponseRedirect(f"/people/{request.lens.own()}/who-looked/?lang={pages.language_of(request)}")


def _key(text: str) -> int | None:
    return whole_or_none(text, digits=18)


def _words(look: Look, lang: str) -> dict[str, Any]:
    titles = matrix.load_matrix().titles
    classes = [titles[c].spanish if lang == "es" else titles[c].english for c in look.classes if c in titles]
    return {
        "at": look.at,
        "since": look.since,
        "times": look.times,
        "name": look.name,
        "role": wording.t(f"who_looked.role.{look.role}", lang=lang),
        "purpose": wording.t(f"who_looked.purpose.{look.purpose}", lang=lang),
        "kind_is": look.kind,
        "kind": wording.t(f"who_looked.kind.{look.kind}", lang=lang),
        "classes": ", ".join(classes),
        "pages": [r.removeprefix("chart_").replace("_", " ").replace("-", " ") for r in look.routes],
    }
