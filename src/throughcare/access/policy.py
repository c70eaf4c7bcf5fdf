"""Policies: what a reader needs in order to pass a door. Each room's `policy.py` names its own; the matrix decides."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.access import lenses, limits
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb


@dataclass(frozen=True, slots=True)
class Policy:
    """A named rule over the matrix: every one of `needs`, and one of `roles` where they are named."""

    name: str
    needs: tuple[tuple[Verb, DataClass], ...] = ()
    only: frozenset[Role] | None = None
    public: bool = False

    def allows(self, lens: Lens | None, person_id: UUID | None = None) -> bool:
        """Tell whether the reader may pass; nobody may pass a policy that needs nothing and is not public.

        Where the door names a person, the conditions of the matrix must be met for them; where it names nobody, the
        matrix must give the class at all, and what is shown is filtered row by row.
        """
        if self.public:
            return True
        if lens is None or not (self.needs or self.only):
            return False
        if self.only is not None and lens.role not in self.only:
            return False
        return all(self._gives(lens, verb, cls, person_id) for verb, cls in self.needs)

    def require(self, lens: Lens | None, person_id: UUID | None = None) -> None:
        """Refuse unless `allows`."""
        if not self.allows(lens, person_id):
            raise NotAllowed("This page is not for your role. If you need it for care, ask the nurse in charge.")

    def roles(self) -> list[str]:
        """List the roles that can pass under some condition, for `throughcare routes` and the access tests."""
        if self.public:
            return ["anyone"]
        return [role.value for role in Role if self.allows(lenses.bare(role))]

    def classes(self) -> frozenset[DataClass]:
        """Name the classes of data that stand behind the door, for the read log."""
        return frozenset(cls for _, cls in self.needs)

    @staticmethod
    def _gives(lens: Lens, verb: Verb, cls: DataClass, person_id: UUID | None) -> bool:
        if person_id is not None:
            return lens.may(verb, cls, person_id=person_id) or (lens.could(verb, cls) and _by_author(lens, cls))
        return lens.could(verb, cls) or (bool(lens.opened) and verb is Verb.READ)


def _by_author(lens: Lens, cls: DataClass) -> bool:
    # Who wrote an entry is known row by row, behind the door.
    return lens.person_id is None and any(g.condition in ("author", "own", "own_reply") for g in lens.cell(cls))


def reads(name: str, *classes: DataClass, only: frozenset[Role] | None = None) -> Policy:
    """Make a policy for a page that shows these classes."""
    return Policy(name, tuple((Verb.READ, c) for c in classes), only)


def writes(name: str, *classes: DataClass, only: frozenset[Role] | None = None) -> Policy:
    """Make a policy for a page that changes these classes."""
    return Policy(name, tuple((Verb.WRITE, c) for c in classes), only)


def roles(name: str, *only: Role) -> Policy:
    """Make a policy by role alone, for pages that show no class of the matrix."""
    return Policy(name, only=frozenset(only))


PUBLIC = Policy("public", public=True)
SIGNED_IN = roles("signed_in", *(r for r in Role if r is not Role.PUBLIC))
ACCOUNTS = roles("accounts", Role.HSA)
BREAK_GLASS = roles("break_glass", *(r for r in Role if limits.of_role(r).break_glass))
SAY_WHY = roles("say_why", *(r for r in Role if r not in lenses.NO_REASON_HELPS))
REVIEW_GLASS = roles("review_break_glass", Role.HIM)
RIGHTS = roles("rights", Role.HIM)
AUTHORITIES = roles("authorities", Role.HIM)
HOLDS = roles("holds", Role.HIM, Role.HSA)
HOLDS_END = roles("holds_end", Role.HSA)
# What the institution may be told is said by whoever may read it whole, and by who keeps the records.
TELL_CUSTODY = Policy(
    "tell_custody", ((Verb.READ, DataClass.CLINICAL),), frozenset({Role.PROVIDER, Role.RN, Role.PSYCH, Role.HIM})
)
DESTROY = roles("destroy_by_order", Role.HIM)
REPRESENTATIVES_READ = Policy("representatives_read", ((Verb.SUMMARY, DataClass.CLINICAL),))
REPRESENTATIVES_WRITE = roles(
    "representatives_write", Role.PROVIDER, Role.RN, Role.PSYCH, Role.SUD, Role.PLANNER, Role.HIM
)
# Whoever may write care may label what they may read; who keeps the records may too.
LABELS = roles(
    "entry_labels", Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY, Role.HIM
)
FINDINGS = roles("look_findings", Role.HIM)
TOLD_OF_GLASS = roles("told_of_break_glass", Role.PROVIDER, Role.SUD)
WHO_LOOKED = Policy(
    "who_looked", ((Verb.SUMMARY, DataClass.AUDIT_LOG),), frozenset({Role.HIM, Role.HSA, Role.PATIENT, Role.OMBUDS})
)
MINE = roles("mine", Role.PATIENT)
KIOSK_ACCESS = roles("kiosk_access", Role.HIM, Role.RN)
CONSENTS_READ = Policy("consents_read", ((Verb.SUMMARY, DataClass.CLINICAL),))
CONSENTS_WRITE = roles("consents_write", Role.PROVIDER, Role.RN, Role.PSYCH, Role.SUD, Role.PLANNER, Role.HIM)
