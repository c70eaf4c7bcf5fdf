"""Who passes this room's doors."""

from throughcare.access.policy import roles
from throughcare.kernel.vocabulary import Role

# Who is past a period is told by name, with their last discharge: for who keeps the records alone.
RETENTION = roles("retention", Role.HIM)
