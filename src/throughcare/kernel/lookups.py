"""`id__among=[…]`: one of many. An `IN` list is one parameter for each of them; this is one for all."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, ForeignKey, Lookup, UUIDField


@CharField.register_lookup
@UUIDField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """Compares with the members of one array."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[Any]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Write `id = ANY(array)`."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", (*params, self.rhs)
