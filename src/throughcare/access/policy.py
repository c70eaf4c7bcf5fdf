"""Policies: what a reader needs in order to pass a door. Each room's `policy.py` names its own; the matrix decides."""

from dataclasses import dataclass

from throughcare.access import lenses
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

    def allows(self, lens: Lens | None) -> bool:
        """Tell whether the reader may pass; nobody may pass a policy that needs nothing and is not public."""
        if self.public:
            return True
        if lens is None or not (self.needs or self.only):
            return False
        if self.only is not None and lens.role not in self.only:
            return False
        return all(lens.may(verb, cls) or self._by_glass(lens, verb) for verb, cls in self.needs)

    def require(self, lens: Lens | None) -> None:
        """Refuse unless `allows`."""
        if not self.allows(lens):
            raise NotAllowed("This page is not for your role. If you need it for care, ask the nurse in charge.")

    def roles(self) -> list[str]:
        """List the roles that pass, for `throughcare routes` and the access tests."""
        if self.public:
            return ["anyone"]
        return [role.value for role in Role if self.allows(lenses.bare(role))]

    def classes(self) -> frozenset[DataClass]:
        """Name the classes of data that stand behind the door, for the read log."""
        return frozenset(cls for _, cls in self.needs)

    @staticmethod
    def _by_glass(lens: Lens, verb: Verb) -> bool:
        return bool(lens.opened) and verb is Verb.READ


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
