"""A pill line walked in a real browser: touches or keys for each person, and how long the page lets the nurse wait.

    python -m bench.line http://127.0.0.1:8000 40 FACILITY[,FACILITY…]

Against a running demonstration (`make demo`), at the facilities named by their ids, one for each way in turn: it becomes their nurse and
gives what is due to so many people in each way that a nurse has: by badge or from the list, by touch or by keys alone, at 834 and 390 px, light and dark, with a network and
without. What it gives is charted, and nothing is taken back. A wait is from the badge's Enter to the person's face and doses, and from
the tap to the word that they are charted, as painted. Pictures go to the folder that SHOTS names. Not part of `make bench`.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

SHOTS, SECRET = os.environ.get("SHOTS", ""), "12345678"
# Touches and keys are counted where they arrive; a scanner's keys are one scan.
COUNTING = """() => { window.touches = 0;
for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, (e) => { if (e.isTrusted && !window.scanning && !["Control"].includes(e.key)) window.touches += 1; }, true); }"""
# The time from the input's own stamp to the frame that shows what was waited for; the condition is looked at in each frame.
WAIT = """([kind, until]) => { window.took = new Promise((done) => window.addEventListener(kind, (event) => { const began = event.timeStamp;
const look = () => (eval(until) ? requestAnimationFrame(() => done(performance.now() - began)) : requestAnimationFrame(look)); requestAnimationFrame(look); }, { capture: true, once: true })); }"""
CHARTED = "document.querySelector('.pass-doses .is-over') && !document.querySelector('.pass-dose.is-ready, .pass-give:enabled')"


WAYS = (
    ("badge and tap, tablet", (834, 1112), "light", False, True, False),
    ("list and tap, tablet", (834, 1112), "dark", False, False, False),
    ("keys alone, tablet", (834, 1112), "light", True, False, False),
    ("badge and tap, no network, tablet", (834, 1112), "dark", False, True, True),
    ("keys alone, no network, tablet", (834, 1112), "light", True, False, True),
    ("badge and tap, phone", (390, 844), "light", False, True, False),
    ("list and tap, no network, phone", (390, 844), "dark", False, False, True),
)


@dataclass
class Walk:
    """One way of giving, and what it came to for each person: touches or keys, milliseconds until found and until charted."""

    way: str
    touches: list[int] = field(default_factory=list)
    found: list[float] = field(default_factory=list)
    charted: list[float] = field(default_factory=list)
    doses: int = 0

    def __str__(self) -> str:
        """Give a row of a table."""
        people = len(self.touches)
        spread = f"{min(self.touches)} to {max(self.touches)}" if people else "none"
        return (
            f"| {self.way} | {people} | {self.doses} | {sum(self.touches) / max(1, people):.2f} ({spread}) "
            f"| {_mid(self.found)} | {_mid(self.charted)} |"
        )


def _mid(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} / {max(times):.0f}" if times else "-"


def main(site: str, people: int, places: list[str]) -> None:
    """Walk the line in each way and print what each came to."""
    print(
        "| way | people | doses | touches or keys a person | found, ms: middle / worst | charted, ms: middle / worst |"
    )
    print("|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        system = Path("/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=str(system) if system.exists() else None, args=["--no-sandbox"])  # fmt: skip
        for place, (way, size, scheme, keys, badge, offline) in zip(cycle(places), WAYS, strict=False):
            with _page(browser, site, place, size, scheme) as page:
                print(_walk(page, Walk(way), people, keys=keys, badge=badge, offline=offline), flush=True)
        browser.close()


@contextmanager
def _page(browser: Browser, site: str, place: str, size: tuple[int, int], scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, bypass_csp=True, has_touch=True, color_scheme="dark" if scheme == "dark" else "light"
    )  # fmt: skip
    _become(context, site, place)
    page = context.new_page()
    page.on("pageerror", lambda error: print("  page:", error, file=sys.stderr))
    page.goto(f"{site}/pass/")
    page.locator(".pass-row").first.wait_for()
    page.evaluate(COUNTING)
    yield page
    context.close()


def _become(context: BrowserContext, site: str, place: str) -> None:
    answer = context.request.post(f"{site}/demo/become", form={"role": "rn", "facility": place})
    if not answer.ok:
        raise RuntimeError(answer.text()[:200])


def _walk(page: Page, walk: Walk, people: int, *, keys: bool, badge: bool, offline: bool) -> Walk:
    name = walk.way.replace(", ", "-").replace(" ", "-")
    if offline:
        _take_along(page)
        page.context.set_offline(True)
    _shoot(page, f"{name}-list")
    skip: set[str] = set()
    while len(walk.touches) < people:
        row = _next(page, skip)
        if row is None:
            break
        _, number = row
        before = page.evaluate("window.touches")
        opened = f"document.querySelector('.pass-facts')?.textContent.includes('{number}')"
        page.evaluate(WAIT, ["keydown" if keys or badge else "pointerdown", opened])
        _find(page, number, keys=keys, badge=badge)
        found = page.evaluate("window.took")
        give = page.locator(".pass-give:enabled")
        if not give.count():  # something must be measured or thought of first: that is not one tap
            skip.add(number)
            _close(page)
            continue
        doses = int("".join(c for c in give.inner_text().split(",")[1].split("o")[0] if c.isdigit()) or 0) if "," in give.inner_text() else 1  # fmt: skip
        if len(walk.touches) == 1:
            _shoot(page, f"{name}-person")
        page.evaluate(WAIT, ["keydown" if keys else "pointerdown", CHARTED])
        if keys:
            page.keyboard.press("Control+Enter")
        else:
            give.tap()
        try:
            page.wait_for_function(CHARTED, timeout=8000)
        except Exception:  # noqa: BLE001  (said below, with what the page says)
            print("  not charted:", page.locator(".notices, [role=status]").all_inner_texts(), file=sys.stderr)
            _shoot(page, f"{name}-stuck")
            skip.add(number)
            page.keyboard.press("Escape")
            continue
        walk.charted.append(page.evaluate("window.took"))
        walk.found.append(found)
        walk.touches.append(page.evaluate("window.touches") - before)
        walk.doses += doses
        if len(walk.touches) == 2:
            _shoot(page, f"{name}-charted")
        _close(page)
    if offline:
        page.context.set_offline(False)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_function("!document.querySelector('[data-state]').textContent.includes('wait')", timeout=60_000)
    return walk


def _next(page: Page, skip: set[str]) -> tuple[str, str] | None:
    rows = page.evaluate(
        "() => [...document.querySelectorAll('.pass-row')].filter((r) => / due/.test(r.querySelector('.pass-row-due').textContent))"
        ".map((r) => [r.querySelector('b').textContent, r.querySelector('.num').textContent.split(' ')[0]])"
    )
    return next(((family, number) for family, number in rows if number not in skip), None)


def _find(page: Page, number: str, *, keys: bool, badge: bool) -> None:
    if badge:
        page.evaluate("window.scanning = true")
        page.keyboard.type(number)
        page.evaluate(WAIT, ["keydown", f"document.querySelector('.pass-facts')?.textContent.includes('{number}')"])
        page.keyboard.press("Enter")
        page.evaluate("window.scanning = false")
    elif keys:
        page.keyboard.press("ArrowDown")
    else:
        page.locator(".pass-row", has_text=number).tap()


def _close(page: Page) -> None:
    """On a phone the person covers the list: a nurse with badges goes on without going back, and so do we."""
    if page.viewport_size and page.viewport_size["width"] < 700:
        back = page.locator(".pass-back")
        if back.is_visible():
            back.tap()


def _take_along(page: Page) -> None:
    page.locator("[data-device]").tap()
    page.locator("dialog input[type=text]").fill("Cart 1")
    for secret in page.locator("dialog .tablet-secret").all():
        secret.fill(SECRET)
    page.locator("dialog button", has_text="Take along").tap()
    page.locator(".toast", has_text="Taken along until").wait_for(timeout=60_000)


def _shoot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1].rstrip("/"), int(sys.argv[2]), sys.argv[3].split(","))
