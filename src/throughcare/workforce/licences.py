"""What a licence reaches, as the clock asks it: by role (scope of practice), and by person (a licence that is over)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughcare.workforce import rule_table, rules, staff_reads


class Licences:
    """Fills the port of duties."""

    def reaching(self, rule_id: str, roles: Collection[str]) -> frozenset[str]:
        """Give those of these roles whose licence lets them own or cover a duty of this rule."""
        scope = rule_table.scope()
        return frozenset(role for role in roles if rules.may_own(role, rule_id, scope))

    def over(self, user_id: UUID, role: str, at: datetime) -> str:
        """Name what is over and keeps somebody from owning a duty in this role; nothing where nothing is."""
        blocking = {key: kind.title for key, kind in rule_table.credentials().items() if role in kind.blocks}
        held = staff_reads.ended([user_id], at).filter(kind__in=list(blocking))
        return next((blocking[kind] for kind in held.values_list("kind", flat=True)), "")
