"""Shapes of what officers, schedulers and nurses type on custody's pages; what it means is decided by the actions."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from throughcare.custody import legal, wording
from throughcare.custody.rules import INSIDE

Choices = list[tuple[str, str]]
CONFIDENCE = [("fixed", "Fixed"), ("likely", "Likely"), ("uncertain", "Uncertain")]


def _when(label: str, *, required: bool = False, hint: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"required": f"Say when: {label.lower()}.", "invalid": "Write day and time."},
    )


class PlanForm(forms.Form):
    """One of custody's plans with a person."""

    kind = forms.ChoiceField(
        label="What",
        choices=[("court", "Court"), ("transfer", "Transfer"), ("release", "Expected release"), ("visit", "Visit")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is planned."},
    )
    starts_at = _when("When", required=True)
    to_facility = forms.ChoiceField(label="To which facility", required=False, help_text="For a transfer.")
    place = forms.CharField(label="Where", required=False, max_length=80, help_text="Court or visiting place.")
    confidence = forms.ChoiceField(label="How sure", choices=CONFIDENCE, initial="fixed", required=False)

    def __init__(self, *args: Any, sites: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_facility"] = forms.ChoiceField(
            label="To which facility", required=False, help_text="For a transfer.", choices=[("", "–"), *sites]
        )


class MoveForm(forms.Form):
    """A new bed in the same facility."""

    bed = forms.ChoiceField(label="Bed", error_messages={"required": "Choose a bed."})

    def __init__(self, *args: Any, beds: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bed"] = forms.ChoiceField(label="Bed", choices=[(str(own), name) for own, name in beds])


class SwapForm(forms.Form):
    """Somebody else's bed, against one's own."""

    other = forms.ChoiceField(label="With whom")

    def __init__(self, *args: Any, others: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = forms.ChoiceField(
            label="With whom",
            choices=[("", "–"), *((str(own), name) for own, name in others)],
            error_messages={
                "required": "Choose with whom.",
                "invalid_choice": "That person is in no bed here now. Nothing was changed; choose again.",
            },
        )


class TransferForm(forms.Form):
    """A move to another facility that has happened."""

    facility = forms.ChoiceField(label="To which facility")
    happened_at = _when("When", hint="Left empty, it is now.")

    def __init__(self, *args: Any, sites: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"] = forms.ChoiceField(label="To which facility", choices=sites)


class OutForm(forms.Form):
    """A trip that begins."""

    kind = forms.ChoiceField(
        label="What for",
        choices=[("court", "Court"), ("hospital", "Hospital"), ("furlough", "Furlough")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what for."},
    )
    place = forms.CharField(label="Where to", required=False, max_length=80)
    expected_back = _when("Expected back")


class ReleaseForm(forms.Form):
    """A release that has happened."""

    destination = forms.ChoiceField(label="Released to")
    unplanned = forms.BooleanField(label="Nobody had announced it", required=False)
    happened_at = _when("When", hint="Left empty, it is now.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [s for s in legal.statuses().values() if s.key not in INSIDE]
        ordered = sorted(known, key=lambda s: s.key != "discharged")
        self.fields["destination"] = forms.ChoiceField(
            label="Released to", choices=[(s.key, s.title.capitalize()) for s in ordered]
        )


class AlertForm(forms.Form):
    """What officers are told, in the words of a template."""

    template = forms.ChoiceField(label="What officers do", error_messages={"required": "Choose a sentence."})
    place = forms.ChoiceField(
        label="Place",
        required=False,
        choices=[("", "–"), *((p, p.capitalize()) for p in wording.PLACES)],
        help_text="Where a sentence asks for one.",
    )
    time = forms.TimeField(
        label="Time", required=False, help_text="Where a sentence asks for one.", widget=forms.TimeInput()
    )
    until = _when("Until", hint="Left empty, as long as the sentence usually holds.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"] = forms.ChoiceField(
            label="What officers do", choices=[(t.key, t.title) for t in wording.templates().values()]
        )

    def values(self) -> dict[str, str]:
        """Give the values that the chosen sentence asks for."""
        wanted = wording.template(self.cleaned_data["template"]).values
        given = {"place": self.cleaned_data["place"], "time": ""}
        if at := self.cleaned_data["time"]:
            given["time"] = at.strftime("%H:%M")
        return {name: given[name] for name in wanted if given.get(name)}
