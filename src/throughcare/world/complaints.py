"""Complaints about care in the synthetic agency: at the kiosk and on paper, logged, answered, one heard again, one of sexual safety."""

from datetime import datetime
from random import Random
from uuid import UUID

from throughcare.care.grievances import actions as grievances
from throughcare.care.grievances.models import Grievance
from throughcare.kernel.vocabulary import Role
from throughcare.world import scenes
from throughcare.world.recent import HOUR, Playing

SITES = ("osborn", "hartford", "york")


def plan(playing: Playing, now: datetime) -> None:
    """Lay out what was complained of in the last day, by dice of their own: nothing else moves."""
    rows = playing.stage.shares.body["complaint"]
    for n, row in enumerate(rows):
        site = SITES[n % len(SITES)]
        playing.at(now - row["hours_ago"] * HOUR, lambda at, r=row, s=site: _file(playing, r, s, at))  # type: ignore[misc]


def _file(playing: Playing, row: dict[str, str], site: str, at: datetime) -> None:
    one = playing.crowd.any(Random(f"complaint {row['id']}"), site=site)
    if one is None:
        return
    facility = playing.crowd.sites[site].id
    lang = "es" if one.spanish else "en"
    paper = row["channel"] == "paper"
    done = grievances.file_grievance(
        actor=playing.stage.worker(facility, Role.RN, at) if paper else scenes.patient(one.id, facility),
        person_id=one.id,
        about=row["about"],
        words=row[lang],
        words_in_english=row["en"] if paper and lang == "es" else "",
        channel=row["channel"],
        language=lang,
        filed_at=at - 30 * HOUR if paper else None,
    )
    if row["goes"] == "filed":
        return
    playing.at(at + HOUR, lambda moment: _log(playing, done.grievance_id, moment))
    if row["goes"] != "logged":
        playing.at(at + 3 * HOUR, lambda moment: _answer(playing, row, done.grievance_id, moment))
    if row["goes"] == "appealed":
        playing.at(
            at + 5 * HOUR,
            lambda moment: grievances.appeal_grievance(
                actor=scenes.patient(one.id, facility), person_id=one.id, grievance_id=done.grievance_id, words=""
            ),
        )


def _log(playing: Playing, of: UUID, at: datetime) -> None:
    row = Grievance.objects.get(id=of)
    chief = playing.stage.worker(row.facility_id, Role.HSA, at)
    grievances.log_grievance(actor=chief, person_id=row.person_id, grievance_id=row.id, version=row.version)


def _answer(playing: Playing, said: dict[str, str], of: UUID, at: datetime) -> None:
    row = Grievance.objects.get(id=of)
    grievances.answer_grievance(
        actor=playing.stage.worker(row.facility_id, Role.HSA, at),
        person_id=row.person_id,
        grievance_id=row.id,
        version=row.version,
        finding=said["finding"],
        answer_en=said["answer_en"],
        answer_es=said["answer_es"] if row.language == "es" else "",
    )
