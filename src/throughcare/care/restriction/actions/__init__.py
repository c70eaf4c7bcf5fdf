"""The only writers of this room: placements and what is done meanwhile, restraints and what is done meanwhile."""

from throughcare.care.restriction.actions.confining import (
    end_placement,
    record_out_of_cell,
    record_visit,
    review_placement,
    set_contact,
    tell_placement,
)
from throughcare.care.restriction.actions.restraining import apply_restraint, end_restraint, record_step

__all__ = [
    "apply_restraint",
    "end_placement",
    "end_restraint",
    "record_out_of_cell",
    "record_step",
    "record_visit",
    "review_placement",
    "set_contact",
    "tell_placement",
]
