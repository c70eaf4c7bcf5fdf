"""Withdrawal in the synthetic agency: checks that get worse, then better, at the rates of clinical.md 2.0; decided, offered, ended."""

from datetime import datetime, timedelta

from throughcare.care.substance_use import actions as substance_use
from throughcare.care.substance_use.measures import read
from throughcare.care.substance_use.models import Check, Episode, Offer
from throughcare.care.substance_use.rule_table import load_table
from throughcare.chart import forms
from throughcare.duties.actions import RefusalForm
from throughcare.duties.models import Duty
from throughcare.kernel.vocabulary import Role
from throughcare.people.family import family
from throughcare.world.scenes import Stage

DAY = timedelta(days=1)
# How likely one answer is one step above nothing, by the day of withdrawal: worst on the second and third.
WORSE = (0.25, 0.4, 0.35, 0.2, 0.1, 0.05)
ANSWERS = ("accepted", "accepted", "declined", "later")


def work(stage: Stage, duty: Duty, at: datetime) -> bool:
    """Do what a duty of withdrawal asks, as staff would; tells whether it was one."""
    if duty.person_id is None:
        return False
    if duty.rule == "INT-08-RESCREEN":
        nurse = stage.worker(duty.facility_id, Role.RN, at)
        substance_use.screen_again(actor=nurse, person_id=duty.person_id, substances=[])
        return True
    if not duty.rule.startswith("WDR-"):
        return False
    running = Episode.objects.filter(person_id__in=sorted(family(duty.person_id)), state="active").order_by("opened_at")
    if duty.rule.startswith("WDR-01-"):
        running = running.filter(substance=duty.rule.removeprefix("WDR-01-").lower())
    episode = running.first()
    if episode is None:
        return False
    if duty.rule.startswith("WDR-01-"):
        _check(stage, duty, episode, at)
    else:
        _decide(stage, duty, episode, at)
    return True


def _check(stage: Stage, duty: Duty, episode: Episode, at: datetime) -> None:
    random = stage.random
    nurse = stage.worker(duty.facility_id, Role.RN, at)
    about = {"actor": nurse, "person_id": episode.person_id, "episode_id": episode.id}
    if random.random() < stage.shares.rate("refused"):
        form = RefusalForm("It can get dangerous within hours.", "has", "Demo-Witness, Sam", signed_by_person=True)
        substance_use.record_refusal(**about, form=form)  # type: ignore[arg-type]
        return
    age = max(0, (at - episode.opened_at) // DAY)
    step = WORSE[min(age, len(WORSE) - 1)]
    done = substance_use.record_check(
        **about,  # type: ignore[arg-type]
        posted=_answers(stage, load_table().substances[episode.substance].scale, step),
        taken=read(
            {
                "systolic": str(118 + random.randrange(24)),
                "diastolic": str(70 + random.randrange(14)),
                "pulse": str(70 + random.randrange(30)),
                "temperature": f"{97.8 + random.random():.1f}",
                "respiration": str(14 + random.randrange(5)),
            }
        ),
        signs=[],
    )
    if episode.substance == "opioid" and not Offer.objects.filter(person_id=episode.person_id).exists():
        answer = ANSWERS[random.randrange(len(ANSWERS))]
        substance_use.offer_treatment(actor=nurse, person_id=episode.person_id, answer=answer)
    if Check.objects.get(id=done.check_id).may_end:
        substance_use.end_monitoring(
            actor=stage.worker(duty.facility_id, Role.PROVIDER, at),
            person_id=episode.person_id,
            episode_id=episode.id,
            why="Long enough and quiet; seen today.",
        )


def _answers(stage: Stage, scale: str, step: float) -> dict[str, list[str]]:
    posted: dict[str, list[str]] = {}
    for item in forms.load(scale).walk() if scale else ():
        if item.options:
            ranked = sorted(item.options, key=lambda o: o.weight if o.weight is not None else 0)
            posted[item.link_id] = [ranked[1 if len(ranked) > 1 and stage.random.random() < step else 0].code]
    return posted


def _decide(stage: Stage, duty: Duty, episode: Episode, at: datetime) -> None:
    substance_use.decide_care(
        actor=stage.worker(duty.facility_id, Role.PROVIDER, at),
        person_id=episode.person_id,
        episode_id=episode.id,
        decision="medicate",
        words="Medicated by protocol; checks go on as ordered.",
    )
