"""What every print and export says of itself: who took the copy, as what, when, and of whom (clinical.md 7.4)."""

from throughcare.ui.shapes import BannerShape, Viewer


def mark(who: str, role: str, at: str, whose: str = "") -> str:
    """Give the sentence that stands on a copy; nothing where nobody is signed in, such as on a public page."""
    return " · ".join(part for part in (who, role, at, whose) if part) if who else ""


def mark_of(viewer: Viewer, about: BannerShape | None, at: str) -> str:
    """Give the sentence for a printed page: of the person it is about, where it is about one."""
    return mark(viewer.name, viewer.role_title, at, f"{about.name} {about.number}" if about else "")
