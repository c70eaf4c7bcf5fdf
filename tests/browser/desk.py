"""What the browser tests of service rooms share: a Chromium beside a database that may be asked, axe, pictures, keys counted."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

AXE = Axe().axe_script
SHOTS = os.environ.get("ROOM_SHOTS", "")
SIZES = {"390": (390, 844), "1440": (1440, 900)}
WALL = {"1920": (1920, 1080)}
# axe sees a page once as a phone at night and once as a desk by day: what it finds hangs on the width or on the theme, hardly
# ever on both. `make test-long` looks at every size in both.
EVERY = os.environ.get("ROOM_LOOKS") == "every"
QUICK = {"390": ("dark",), "1440": ("light",)}
LOOKS: tuple[tuple[int, int, Literal["light", "dark"]], ...] = ((1440, 900, "light"), (390, 844, "dark"))
if EVERY:
    LOOKS += ((1440, 900, "dark"), (390, 844, "light"))


@contextmanager
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Have a Chromium of this machine; its loop runs in this thread, where the test still asks its own database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        connections.close_all()
        yield found
        found.close()
        connections.close_all()  # within the loop Django keeps connections of its own


def become(context: BrowserContext, site: str, role: str, place: object, person: object = "") -> None:
    """Be somebody, by the demonstration's own way in."""
    form = {"role": role, "facility": str(place), "person": str(person)}
    answer = context.request.post(f"{site}/demo/become", form=form)
    assert answer.ok, answer.text()


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """Open a page whose errors are listened to."""
    page, said = context.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}") or dialog.accept())
    return page, said


def axe_says(page: Page, options: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Give what axe finds wrong with the page as it stands; its script is put into a page once."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    asked = json.dumps({"resultTypes": ["violations"], **(options or {})})
    found: list[dict[str, Any]] = page.evaluate(f"axe.run({asked}).then(found => found.violations)")
    return found


def sound(page: Page, name: str, sizes: dict[str, tuple[int, int]] = SIZES) -> None:
    """Have axe look at the page, see that nothing is cut off at any width, keep pictures where somebody asked for them."""
    for size, (width, height) in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark") if EVERY or SHOTS else QUICK.get(size, ()):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            found = axe_says(page)
            told = [(v["id"], [n["html"][:160] + n["failureSummary"][:200] for n in v["nodes"][:3]]) for v in found]
            assert told == [], f"{name} {size} {theme}: {told}"
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{size}-{theme}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide = page.evaluate(
                "w => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > w + 1)"
                ".map(e => e.outerHTML.slice(0, 120))",
                width,
            )
            raise AssertionError(f"{name} {size}: {wide[-4:]}")


class Keys:
    """Types one key at a time, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.count, self.log = page, 0, []

    def press(self, keys: str, wait: str = "") -> None:
        """Press each character, or the one key that is named; wait for the section that follows."""
        for key in [keys] if len(keys) > 1 and keys[0].isupper() else keys:
            self.page.keyboard.press(key)
            self.count += 1
        if wait:
            self.page.wait_for_url(f"**section={wait}*")
            self.page.wait_for_load_state("load")
            self.page.wait_for_function("document.activeElement !== document.body || document.querySelector('.sign')")
