"""Server time of every page that somebody can reach by following links, in each role, on a lived-in agency.

BENCH_HOME names the home of a stopped demonstration or of `throughcare world`, which is copied; without it a small agency is
made. Each role signs in at the facility where most people are (and state-wide, where the role serves the state), starts at its
home and follows the links of each page it gets, a few of each kind of page, as real people click. Each page is loaded once
unmeasured and then several times. What no link led to is named at the end: it was not measured.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench.measure import Figure, Spread, spread
from bench.pages import database, house

EACH = int(os.environ.get("EACH", "2"))  # addresses measured of each page in each role
TIMES = int(os.environ.get("TIMES", "5"))
LEAVES = ("sign-out/", "demo/", "gallery/")
STATE_WIDE = ("him", "hsa", "scheduler", "prea", "ombuds", "planner")
BUDGET = 100.0


def figures() -> Iterator[Figure]:
    """Measure each page; give the 95th percentile over all of them, and each that is over the budget."""
    with house():
        from throughcare.access.doors import ROUTES
        from throughcare.kernel.vocabulary import Role

        taken: dict[tuple[str, str, str], Spread] = {}
        for role in Role:
            if role is Role.PUBLIC:
                continue
            for place in ("", _fullest()) if role.value in STATE_WIDE else (_fullest(),):
                taken |= {
                    (role.value, "state" if not place else "site", path): s for path, s in _walk(role.value, place)
                }
                print(f"bench: {role.value}: {len(taken):,} pages so far", file=sys.stderr, flush=True)
        yield from _told(taken)
    reached = {_route(path) for _, _, path in taken}
    unseen = sorted(r.path for r in ROUTES if r.method == "GET" and r.path.lstrip("/") not in reached)
    print(f"bench: no link led to: {' '.join(unseen)}", file=sys.stderr)


def _told(taken: dict[tuple[str, str, str], Spread]) -> Iterator[Figure]:
    slowest = sorted(taken.items(), key=lambda found: -found[1].best)
    bests = sorted(s.best for s in taken.values())
    works = sorted(s.work for s in taken.values())
    at = int(0.95 * (len(bests) - 1))
    how = f"{len(bests):,} pages of every role, {EACH} of each kind, {TIMES} loads each"
    yield Figure("every page: the least time of each, 95th percentile over pages", bests[at], "ms", BUDGET, how)
    yield Figure("every page: work of processors of each, 95th percentile over pages", works[at], "ms", BUDGET, how)
    over = [found for found in slowest if found[1].best > BUDGET]
    yield Figure("pages over the budget at their best", len(over), "pages", None, f"of {len(bests):,}")
    for (role, where, path), took in slowest[: max(20, len(over))]:
        yield Figure(f"{role} ({where}) {path}", took.best, "ms", None, f"CPU {took.work:.1f}, p95 {took.p95:.0f}")


def _walk(role: str, place: str) -> Iterator[tuple[str, Spread]]:
    """Follow links from the home of a role; gives each page that was loaded, and what it took."""
    from django.test import Client

    browser = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
    browser.post("/demo/become", {"role": role, "facility": place})
    seen: Counter[str] = Counter()
    waiting, known = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        route = _route(path)
        if route is None or route in LEAVES or seen[route] >= EACH:
            continue
        answer = browser.get(path)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code in (301, 302):
            links = [answer.headers["Location"]]
        elif answer.status_code != 200 or answer.streaming:
            if answer.status_code >= 500:
                raise RuntimeError(f"{path} answered {answer.status_code} to {role}")
            continue
        else:
            links = _links(answer.content.decode()) if "html" in kind else []
            seen[route] += 1
            yield path, spread(partial(browser.get, path), TIMES, others=database())
        for link in links:
            whole = urlsplit(urljoin(path, link))
            address = whole.path + (f"?{whole.query}" if whole.query else "")
            if not whole.netloc and address not in known:
                known.add(address)
                waiting.append(address)


def _links(page: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
            said = dict(attrs)
            if tag == "a" and "download" not in said and said.get("href"):
                found.append(said["href"])

    Reader().feed(page)
    return found


def _route(path: str) -> str | None:
    """Give the pattern of an address of ours."""
    from django.urls import Resolver404, resolve

    try:
        return str(resolve(urlsplit(path).path).route)
    except Resolver404:
        return None


def _fullest() -> str:
    """Give the facility where most people are."""
    from throughcare.custody.models import Placement

    here = Placement.objects.filter(until=None, cancelled=False).values_list("facility_id", flat=True)
    return str(Counter(here).most_common(1)[0][0])
