"""People whose withdrawal is followed, for tests that need many."""

from datetime import date

from throughcare.care.substance_use import actions
from throughcare.custody import actions as custody
from throughcare.kernel.actor import Actor
from throughcare.people.actions import Demographics, register

SUBSTANCES = ("opioid", "alcohol", "sedative", "stimulant")


def somebody_followed(nurse, place, n: int, substance: str = ""):
    """Have somebody at a facility who is followed; gives the person and the episode."""
    feed = Actor.feed("custody")
    names = Demographics(f"Sample-Ortiz{n:02}", "Luis", date(1990, 2, 3), "male")
    who = register(actor=feed, demographics=names)
    custody.admit(actor=feed, person_id=who, to=custody.Spot(place.id))
    kind = substance or SUBSTANCES[n % 4]
    episode = actions.open_monitoring(actor=nurse, person_id=who, substance=kind, because="Told at the door: daily use")
    return who, episode
