"""The ombuds' home: complaints by site and age, charts that people opened to the office, and what stays closed and why. HTTP only."""

from django.http import HttpResponse

from throughcare.access import matrix
from throughcare.access import reads as access
from throughcare.access.doors import Request, saw, screen
from throughcare.care.grievances import policy, reads, views
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.wording import t


@screen("GET", "/ombuds/", policy=policy.OMBUDS, name="ombuds")
def home(request: Request) -> HttpResponse:
    """Show what waits at each site, whose chart a consent opens, and what this office may not see."""
    waiting, _ = reads.board(request.lens, ended=0)
    opened = access.opened_to(request.lens)
    cards = people.cards(request.lens, opened)
    titles = matrix.load_matrix().titles
    saw(request, *(line.who.person_id for line in waiting), *cards)
    shown = {
        "sites": views.sites(reads.by_site(waiting), t("ombuds.complaints")),
        "waiting": len(waiting),
        "late": sum(line.late for line in waiting),
        "waited": views.waited(max((line.days for line in waiting), default=0)),
        "opened": [
            (
                cards[p],
                ", ".join(sorted(titles[c].english for c in classes if c in titles)),
                DataClass.CLINICAL in classes,
            )
            for p, classes in opened.items()
            if p in cards
        ],
        "limits": limits(),
    }
    return pages.page(request, "grievances/ombuds.html", shown)


def limits() -> list[tuple[str, list[str]]]:
    """Say by the matrix in force what this office reads: at once, by consent, by a power of law, not at all."""
    found = matrix.load_matrix()
    ways: dict[str, list[str]] = {}
    for cls, title in found.titles.items():
        granted = found.cell(Role.OMBUDS, cls).permissions
        way = "never" if not granted else granted[0].condition or "open"
        ways.setdefault(way, []).append(title.english)
    order = ("open", "consent", "law", "never")
    return [(t(f"ombuds.limit.{way}"), ways[way]) for way in order if way in ways]
