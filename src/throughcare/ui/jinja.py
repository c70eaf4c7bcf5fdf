"""The template environment: strict, escaping, with the kit, the wording and the facility's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, StrictUndefined

from throughcare.kernel import clock as kernel_clock
from throughcare.kernel.actor import role_word
from throughcare.kernel.ids import uuid7
from throughcare.ui import wording
from throughcare.ui.avatar import portrait
from throughcare.ui.charts import plot, spark
from throughcare.ui.clockface import ClockFace, face, span_words
from throughcare.ui.fields import errors_of, field_of, fields_of
from throughcare.ui.leading import opens
from throughcare.ui.marks import mark_of
from throughcare.ui.qr import qr_path
from throughcare.ui.shapes import ClockShape

MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
}
DAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "es": ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
}

KIT: Mapping[str, tuple[str, ...]] = {
    "clock": ("clock", "shape"),
    "duty": ("duty_row", "duty_table", "lane", "lanes"),
    "person": ("avatar", "banner", "person_line", "persona_card"),
    "words": ("chip", "leads", "chips", "alert_sentence", "empty", "toast", "note", "key_hints", "facts"),
    "form": ("field", "form_field", "form_fields", "error_summary", "hidden_fields", "asking", "doing"),
    "act": ("button", "action_bar", "sign_panel", "sign_in"),
    "list": ("table", "pages", "sections", "tabs", "parts", "skeleton", "progress"),
    "chart": ("sparkline", "trend", "bar_share"),
    "history": ("timeline", "effects", "diff"),
    "paper": ("qr", "print_header", "print_footer"),
    "public": ("board_row", "board_list", "kiosk_button", "kiosk_grid"),
}
"""Every macro, by the file in ui/components/ that holds it."""


class Kit:
    """The components as one name: `ui.duty_row(row)` in any template, without imports."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._home = {macro: name for name, macros in KIT.items() for macro in macros}

    def __getattr__(self, macro: str) -> Any:
        try:
            home = self._home[macro]
        except KeyError as missing:
            raise AttributeError(f"the kit has no component {macro!r}") from missing
        module = self._environment.get_template(f"ui/components/{home}.html").module
        component = getattr(module, macro)
        if not self._environment.auto_reload:
            setattr(self, macro, component)
        return component


def now() -> datetime:
    """Return the present moment, aware."""
    return kernel_clock.now()


def local(at: datetime) -> datetime:
    """Return `at` in the facility's zone."""
    return kernel_clock.local(at)


def quantity(value: Decimal) -> str:
    """Write an amount without zeros that say nothing: 30, 0.5."""
    return f"{value.normalize():f}"


def hhmm(at: datetime) -> str:
    """Write the time of day on the 24-hour clock: 22:06."""
    return f"{local(at):%H:%M}"


def day(at: datetime | date | str) -> str:
    """Write a day: 12 Jan, with its year when that is not this one; a day kept as text (2026-01-12) reads the same."""
    lang = wording.language()
    at = date.fromisoformat(at) if isinstance(at, str) else at
    on = local(at).date() if isinstance(at, datetime) else at
    text = f"{on.day} {MONTHS[lang][on.month - 1]}"
    return text if on.year == local(now()).year else f"{text} {on.year}"


def weekday(at: datetime | date) -> str:
    """Write a day with its weekday: Sat 21 Nov."""
    on = local(at).date() if isinstance(at, datetime) else at
    return f"{DAYS[wording.language()][on.weekday()]} {day(on)}"


def moment(at: datetime) -> str:
    """Write a moment as short as it can be understood: 22:06 today, else 12 Jan 22:06."""
    return hhmm(at) if local(at).date() == local(now()).date() else f"{day(at)} {hhmm(at)}"


def full(at: datetime) -> str:
    """Write a moment completely, for paper and signatures: Sat 21 Nov 2026, 22:06."""
    here = local(at)
    lang = wording.language()
    date_text = f"{here.day} {MONTHS[lang][here.month - 1]} {here.year}"
    return f"{DAYS[lang][here.weekday()]} {date_text}, {here:%H:%M}"


def iso(at: datetime | date) -> str:
    """Write a moment for machines, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(at, datetime) else str(at)


def ago(at: datetime) -> str:
    """Say how long ago something was: 0:12, 3 d."""
    return span_words(now() - at, wording.t)


def clock_face(clock: ClockShape) -> ClockFace:
    """Return how a clock reads now, in the page's language."""
    return face(clock, now(), wording.t, moment)


def clock_text(due_at: datetime, at: datetime | None = None) -> str:
    """Say when something is due: "due in 0:42", "late 1:10"."""
    at = at or now()
    return face(ClockShape(opened_at=at, due_at=due_at), at, wording.t, moment).words


def url(name: str, /, *args: Any, **kwargs: Any) -> str:
    """Return the address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def template_dirs() -> list[Path]:
    """Return every `templates` folder in the package, for TEMPLATES["DIRS"]."""
    package = Path(__file__).resolve().parent.parent
    return sorted([*package.glob("*/templates"), *package.glob("*/*/templates")])


def environment(**options: Any) -> Environment:
    """Make the environment: names `throughcare.ui.jinja.environment` in TEMPLATES."""
    options |= {
        "undefined": StrictUndefined,
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.do"],
    }
    options.setdefault("auto_reload", settings.DEBUG)
    env = Environment(**options)  # noqa: S701 - autoescape is set above
    env.filters |= {
        "hhmm": hhmm,
        "quantity": quantity,
        "day": day,
        "weekday": weekday,
        "moment": moment,
        "full": full,
        "iso": iso,
        "ago": ago,
        "clock_text": clock_text,
        "role_word": role_word,
    }
    env.globals |= {
        "ui": Kit(env),
        "url": url,
        "opens": opens,
        "new_intent": uuid7,
        "zone_name": timezone.get_current_timezone_name,
        "static": static,
        "t": wording.t,
        "language": wording.language,
        "clock_now": now,
        "clock_face": clock_face,
        "clock_text": clock_text,
        "portrait": portrait,
        "plot": plot,
        "spark": spark,
        "qr_path": qr_path,
        "print_mark": mark_of,
        "field_of": field_of,
        "fields_of": fields_of,
        "errors_of": errors_of,
        "sentence": wording.sentence,
    }
    return env
