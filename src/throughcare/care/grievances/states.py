"""The life of a complaint about care (GRV-01): it ends with an answer to the person, or because they took it back."""

from throughcare.kernel.lifecycle import Lifecycle

GRIEVANCE = Lifecycle(
    ("filed", "log", "logged"),
    ("logged", "log", "logged"),
    ("logged", "answer", "answered"),
    ("answered", "appeal", "appealed"),
    ("appealed", "decide", "decided"),
    ("filed", "withdraw", "withdrawn"),
    ("logged", "withdraw", "withdrawn"),
    ("appealed", "withdraw", "answered"),
)
OPEN = ("filed", "logged", "appealed")
