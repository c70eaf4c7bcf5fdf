"""Who may see the public site: everybody."""

from throughcare.access.policy import PUBLIC

EVERYBODY = PUBLIC
