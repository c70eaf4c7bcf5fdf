"""The only writers of accounts, sign-ins, reasons, break-glass and consents."""

from throughcare.access.actions.accounts import (
    close_record,
    create_account,
    end_authority,
    end_posting,
    give_authority,
    leave,
    new_secret,
    open_record_again,
    post,
    set_password,
    set_pin,
)
from throughcare.access.actions.consents import end_suspension, give_consent, revoke_consent, suspend_accounting
from throughcare.access.actions.destruction import destroy_bodies
from throughcare.access.actions.first_account import open_at_console
from throughcare.access.actions.glass import break_glass, close_glass, read_of_glass, review_glass, say_why
from throughcare.access.actions.holding import ask_end_of_hold, end_hold, hold_record, keep_hold
from throughcare.access.actions.kiosk import close_kiosk, open_kiosk
from throughcare.access.actions.labelling import say_label, take_label_back
from throughcare.access.actions.outside import check_outside, untie_outside
from throughcare.access.actions.passkeys import check_passkey, drop_passkey, enrol_passkey
from throughcare.access.actions.rights import (
    ask_amendment,
    decide_amendment,
    disagree_with_denial,
    end_representative,
    name_representative,
)
from throughcare.access.actions.signing_in import (
    Outcome,
    begin_sign_in,
    check_code,
    check_secret,
    choose_posting,
    clear_sign_ins,
    confirm_signature,
    drop_second_factor,
    end_sign_ins,
    enrol_second_factor,
    reset_second_factor,
)
from throughcare.access.actions.telling import purposes, tell_institution
from throughcare.access.actions.tokens import Issued, issue_token, revoke_token
from throughcare.access.actions.watching import end_watch, find_looks, review_finding, watch_record

__all__ = [
    "Issued",
    "Outcome",
    "ask_amendment",
    "ask_end_of_hold",
    "begin_sign_in",
    "break_glass",
    "check_code",
    "check_outside",
    "check_passkey",
    "check_secret",
    "choose_posting",
    "clear_sign_ins",
    "close_glass",
    "close_kiosk",
    "close_record",
    "confirm_signature",
    "create_account",
    "decide_amendment",
    "destroy_bodies",
    "disagree_with_denial",
    "drop_passkey",
    "drop_second_factor",
    "end_authority",
    "end_hold",
    "end_posting",
    "end_representative",
    "end_sign_ins",
    "end_suspension",
    "end_watch",
    "enrol_passkey",
    "enrol_second_factor",
    "find_looks",
    "give_authority",
    "give_consent",
    "hold_record",
    "issue_token",
    "keep_hold",
    "leave",
    "name_representative",
    "new_secret",
    "open_at_console",
    "open_kiosk",
    "open_record_again",
    "post",
    "purposes",
    "read_of_glass",
    "reset_second_factor",
    "review_finding",
    "review_glass",
    "revoke_consent",
    "revoke_token",
    "say_label",
    "say_why",
    "set_password",
    "set_pin",
    "suspend_accounting",
    "take_label_back",
    "tell_institution",
    "untie_outside",
    "watch_record",
]
