"""What the pages of this room show: accounts, sign-ins, break-glass, consents, who looked."""

from throughcare.access.reads.accounts import (
    AccountRow,
    PostingRow,
    SignInRow,
    account,
    accounts,
    outside_since,
    owes,
    own_postings,
    own_sign_ins,
    user,
    vouched,
)
from throughcare.access.reads.consents import ConsentRow, consents
from throughcare.access.reads.findings import FindingRow, ToldRow, WatchedRow, findings, is_watched, told, watched
from throughcare.access.reads.looks import GlassRow, Look, glass_reviews, open_glass, who_looked
from throughcare.access.reads.rights import (
    amendments,
    authorities,
    closed_to,
    held_back,
    labels_of,
    representatives,
    staff_by_name,
)

__all__ = [
    "AccountRow",
    "ConsentRow",
    "FindingRow",
    "GlassRow",
    "Look",
    "PostingRow",
    "SignInRow",
    "ToldRow",
    "WatchedRow",
    "account",
    "accounts",
    "amendments",
    "authorities",
    "closed_to",
    "consents",
    "findings",
    "glass_reviews",
    "held_back",
    "is_watched",
    "labels_of",
    "open_glass",
    "outside_since",
    "owes",
    "own_postings",
    "own_sign_ins",
    "representatives",
    "staff_by_name",
    "told",
    "user",
    "vouched",
    "watched",
    "who_looked",
]
