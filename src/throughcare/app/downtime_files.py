"""The downtime sheets as files: one for each open facility, readable by the house's own user alone, whole at every moment."""

import os
from pathlib import Path

from django.contrib.staticfiles import finders

from throughcare.care.medications import downtime
from throughcare.care.mental_health import downtime as rounds_on_paper
from throughcare.custody.models import Facility, Placement

LINK = '<link rel="stylesheet" href="/static/ui/throughcare.css">'


def write(folder: Path) -> int:
    """Write the sheet of every facility in which somebody is housed; give how many."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    housed = Placement.objects.filter(until=None, cancelled=False).values("facility_id")
    sites = list(Facility.objects.filter(id__in=housed).order_by("code"))
    style = _style()
    for site in sites:
        # On its own the file finds no style sheet: it carries the one it needs.
        _put(folder / f"{site.code}.html", downtime.text(site.id).replace(LINK, style))
        # The observed line has a paper of its own: what a programme gives is not for everybody who gives medicines.
        _put_or_end(folder / f"{site.code}-observed.html", downtime.observed_text(site.id).replace(LINK, style))
        # The rounds of the watch: an officer at a door writes on it, so it holds nothing of care.
        _put_or_end(folder / f"{site.code}-rounds.html", rounds_on_paper.text(site.id).replace(LINK, style))
    return len(sites)


def _put_or_end(file: Path, text: str) -> None:
    if text:
        _put(file, text)
    else:
        file.unlink(missing_ok=True)


def _style() -> str:
    found = finders.find("ui/throughcare.css")
    return f"<style>{Path(str(found)).read_text()}</style>" if found else LINK


def _put(file: Path, text: str) -> None:
    """Replace a file in one step: who prints it while it is made gets the one before."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)
