"""What should happen at a door, said again from the signed table and the rulings alone: no code of the doors is asked.

It reads the words of content/access/matrix.toml, knows how each role stands to each person of the world, and nothing else.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

BY_OFFICE = {Role.HIM, Role.PREA, Role.OMBUDS, Role.PAROLE, Role.COMMUNITY, Role.OPERATOR}
CUSTODY = {Role.CUSTODY, Role.TRANSPORT}
# How staff of Hartford stand to each person: open, to be asked why, or closed.
STAFF = {"here": "open", "merged": "open", "there": "ask", "released": "ask", "unknown": "ask"}
OFFICER = {"here": "open", "merged": "open", "there": "closed", "released": "closed", "unknown": "closed"}
WIDER = {"read": {"read"}, "write": {"write"}, "summary": {"summary", "read"}, "operational": {"operational", "read"}}


@cache
def table() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Give the cells as they stand in the file."""
    text = resources.files("throughcare").joinpath("content/access/matrix.toml").read_text()
    return {
        (role, row["id"]): cell["grants"] for row in tomllib.loads(text)["class"] for role, cell in row["cells"].items()
    }


def stands(role: Role, whom: str) -> str:
    """Say how a reader of Hartford stands to a person: `open`, `ask` or `closed`."""
    if role is Role.PATIENT:
        return "open" if whom == "here" else "closed"
    if role is Role.TRANSPORT:
        return "open" if whom == "there" else OFFICER[whom]
    if role in CUSTODY:
        return OFFICER[whom]
    return "open" if role in BY_OFFICE else STAFF[whom]


def role_passes(policy: Policy, role: Role) -> bool:
    """Say whether the matrix gives this role everything that the door needs, under some condition."""
    if policy.public:
        return True
    if policy.only is not None and role not in policy.only:
        return False
    return all(_given(role, verb, cls) for verb, cls in policy.needs)


def may_be_shown(policy: Policy, role: Role, whom: str) -> bool:
    """Say whether the door opens for this person, with no consent, sample or authority on file and open relations alone."""
    if not role_passes(policy, role) or stands(role, whom) != "open":
        return False
    return all(
        any(_met(role, grant.get("condition", "")) for grant in _given(role, verb, cls)) for verb, cls in policy.needs
    )


def _given(role: Role, verb: Verb, cls: DataClass) -> list[dict[str, Any]]:
    return [g for g in table().get((role.value, cls.value), []) if WIDER[verb.value] & set(g["verbs"])]


def _met(role: Role, condition: str) -> bool:
    on_file = {
        "consent",
        "tpo",
        "criminal_justice_consent",
        "separate_consent",
        "sample",
        "audit",
        "court_order",
        "law",
    }
    seats = {"trained", "committee", "forensic_team", "sexual_safety", "aggregate_min_11"}
    if condition in on_file | seats:
        return False
    if condition == "source":
        return role in CUSTODY
    if condition == "need":
        # By office one stands open to everybody without having a task with anybody.
        return role not in BY_OFFICE
    if condition in ("author", "own", "own_reply", "accounting"):
        return True
    return True
