"""Entries that open one by one: beside what their class allows, the room that wrote them says to whom. Rooms say so at the start."""

from collections.abc import Callable
from uuid import UUID

from throughcare.kernel.lens import Lens

Opens = Callable[[Lens, UUID], bool]
_rooms: dict[str, Opens] = {}


def open_with(kind: str, opens: Opens) -> None:
    """Let a room say of each entry of this type to which lens it opens; every road to its versions asks."""
    _rooms[kind] = opens


def opens(lens: Lens, kind: str, id: UUID) -> bool:
    """Tell whether an entry opens to this lens, as far as its room has a say."""
    said = _rooms.get(kind)
    return said is None or said(lens, id)
