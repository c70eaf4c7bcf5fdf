"""What the pages of this room show: accounts, sign-ins, break-glass, consents, who looked."""

from throughcare.access.reads.accounts import (
    AccountRow,
    PostingRow,
    SignInRow,
    account,
    accounts,
    owes,
    own_postings,
    own_sign_ins,
    user,
)
from throughcare.access.reads.consents import ConsentRow, consents
from throughcare.access.reads.findings import FindingRow, ToldRow, WatchedRow, findings, is_watched, told, watched
from throughcare.access.reads.looks import GlassRow, Look, glass_reviews, open_glass, who_looked

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
    "consents",
    "findings",
    "glass_reviews",
    "is_watched",
    "open_glass",
    "owes",
    "own_postings",
    "own_sign_ins",
    "told",
    "user",
    "watched",
    "who_looked",
]
