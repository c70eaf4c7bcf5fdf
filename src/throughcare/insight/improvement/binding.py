"""The binder as a folder in one ZIP: a PDF to read, a CSV of every number, and the digests of both. The same binder, the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

from throughcare.insight.improvement.standards import Binder, Standard
from throughcare.insight.views import base, interval, month_span, told
from throughcare.ui.paper import typeset
from throughcare.ui.wording import language, t

PAPER = Path(__file__).parent / "paper" / "binder.typ"
STAMP = (1980, 1, 1, 0, 0, 0)
COLUMNS = (
    "standard",
    "measure",
    "title",
    "version",
    "from",
    "until",
    "numerator",
    "denominator",
    "missed",
    "value",
)


def as_zip(binder: Binder, agency: str) -> bytes:
    """Give the binder's ZIP."""
    files = {"binder.pdf": as_pdf(binder, agency), "numbers.csv": as_csv(binder)}
    files["sha256.txt"] = "".join(f"{hashlib.sha256(c).hexdigest()}  {n}\n" for n, c in sorted(files.items())).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, STAMP), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def as_csv(binder: Binder) -> bytes:
    """Give every number of the binder as a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    months = (binder.months[0], binder.months[-1]) if binder.months else ("", "")
    for one in binder.standards:
        for s in one.shown:
            n, m = s.number, s.measure
            value = "" if s.estimate is None else f"{s.estimate.value:.4f}"
            row = (
                one.id,
                m.id,
                m.title,
                m.version,
                *months,
                int(n.numerator),
                round(n.denominator, 3),
                n.missed,
                value,
            )
            writer.writerow(row)
    return out.getvalue().encode()


def as_pdf(binder: Binder, agency: str) -> bytes:
    """Typeset the binder, a section a standard."""
    words = (
        "title",
        "asks",
        "policy",
        "evidence",
        "meetings",
        "projects",
        "papers",
        "rule",
        "limit",
        "owner",
        "version",
        "source",
    )
    data = {
        "lang": language(),
        "agency": agency,
        "made": binder.made_at.strftime("%Y-%m-%d %H:%M UTC"),
        "until": binder.until.isoformat(),
        "months": month_span(binder.months) if binder.months else "–",
        "version": binder.version,
        "words": {
            w: t(f"standards.{w}")
            for w in (*words, "measure", "result", "base", "interval", "none", "period", "page", "made", "quote")
        },
        "standards": [_section(one) for one in binder.standards],
    }
    return typeset(PAPER, data)


def _section(one: Standard) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "asks": one.asks,
        "clauses": [
            {
                "id": c.id,
                "title": c.title,
                "obligation": c.obligation,
                "limits": c.limits,
                "owner": c.owner,
                "version": f"{c.version}, {c.since.isoformat()}"
                + (f", {t('standards.provisional')}" if c.provisional else ""),
                "source": c.source,
            }
            for c in one.clauses
        ],
        "shown": [
            {
                "id": s.measure.id,
                "title": s.measure.title,
                "value": told(s.estimate.value if s.estimate else None, s.measure),
                "base": base(s.number, s.measure),
                "interval": interval(s.estimate),
            }
            for s in one.shown
        ],
        "meetings": [f"{m.held_on.isoformat()} {place}: {m.decided}" for m, place in one.meetings],
        "projects": [f"{p.title} ({t(f'improvement.project_state.{p.state}')}): {p.aim}" for p in one.projects],
        "escorts": t("standards.escorts", asked=one.escorts[0], given=one.escorts[1], missed=one.escorts[2])
        if one.escorts
        else "",
        "papers": one.papers,
    }
