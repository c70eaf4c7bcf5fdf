"""The only writers of emergency, one file for each thing that is done."""

from throughcare.care.emergency.actions.calling import attach_person, call_code, end_code, keep_summary
from throughcare.care.emergency.actions.stamping import correct_stamp, stamp

__all__ = ["attach_person", "call_code", "correct_stamp", "end_code", "keep_summary", "stamp"]
