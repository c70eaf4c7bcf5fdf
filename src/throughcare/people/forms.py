"""The shape of what is typed about identity; what it means is decided by the actions."""

from typing import Any

from django import forms

from throughcare.people.actions import Demographics
from throughcare.people.reads import LANGUAGES, Details

SEXES = [("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known")]


class CorrectForm(forms.Form):
    """Who somebody is, as it should be."""

    family = forms.CharField(label="Family name", max_length=80, error_messages={"required": "Give a family name."})
    given = forms.CharField(label="Given name", max_length=80, required=False)
    middle = forms.CharField(label="Middle name", max_length=80, required=False)
    used_name = forms.CharField(
        label="Name the person uses", max_length=80, required=False, help_text="Shown first, everywhere."
    )
    birth_date = forms.DateField(label="Birth date", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    birth_date_estimated = forms.BooleanField(label="The birth date is estimated", required=False)
    sex = forms.ChoiceField(label="Sex", choices=SEXES)
    language = forms.ChoiceField(
        label="Language", choices=[(code, name or "English") for code, name in LANGUAGES.items()]
    )
    needs_interpreter = forms.BooleanField(label="Needs an interpreter", required=False)

    @classmethod
    def of(cls, details: Details) -> "CorrectForm":
        """Give the form as the chart stands."""
        card = details.card
        return cls(
            initial={
                "family": card.family_name,
                "given": card.given,
                "middle": details.middle,
                "used_name": card.used_name,
                "birth_date": card.birth_date,
                "birth_date_estimated": card.estimated,
                "sex": card.sex,
                "language": card.language,
                "needs_interpreter": card.needs_interpreter,
            }
        )

    def demographics(self, details: Details) -> Demographics:
        """Give what was typed, with what the form doesn't ask for as it stands."""
        said: dict[str, Any] = self.cleaned_data
        return Demographics(**said, race_ethnicity=details.race_ethnicity, synthetic=details.card.synthetic)
