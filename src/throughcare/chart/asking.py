"""Which forms may be asked from the chart: those whose wording is free, and that no room asks in its own way."""

from throughcare.chart import forms, telling
from throughcare.kernel.errors import NotFound
from throughcare.kernel.vocabulary import Role

# Asked by intake and sick call with what their answers do, and the sealed screen.
OF_OTHER_ROOMS = frozenset({"intake-quick-look", "intake-receiving-screening", "sick-call-request", "prea-risk"})


def offered(role: Role | None) -> list[forms.Form]:
    """List the forms that somebody in this role can ask here, by title."""
    free = (forms.load(name) for name in forms.names() if name not in OF_OTHER_ROOMS and telling.signs(name, role))
    return sorted((f for f in free if f.worded), key=lambda f: f.title.en)


def require(name: str) -> forms.Form:
    """Give a form that can be asked here; NotFound for every other name."""
    if name in OF_OTHER_ROOMS or name not in forms.names():
        raise NotFound("There is no such form to ask here.")
    found = forms.load(name)
    if not found.worded:
        raise NotFound("This form's wording is licensed, and the agency has not put it in. Ask who maintains content.")
    return found
