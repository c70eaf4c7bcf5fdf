"""A Django form becomes questions, with what was typed, its errors and nothing lost."""

from django import forms
from jinja2 import Environment

from tests.pages import flat
from throughcare.ui.fields import errors_of, field_of, fields_of


class Vitals(forms.Form):
    """A form with one of each."""

    note = forms.CharField(widget=forms.Textarea, required=False, help_text="Facts and times.")
    pulse = forms.IntegerField(min_value=20, max_value=250)
    seen_on = forms.DateField(widget=forms.DateInput)
    seen_at = forms.TimeField(widget=forms.TimeInput)
    state = forms.ChoiceField(choices=[("calm", "Calm"), ("harm", "Harming")], widget=forms.RadioSelect)
    signs = forms.MultipleChoiceField(
        choices=[("fall", "Fall"), ("fit", "Seizure")], widget=forms.CheckboxSelectMultiple, required=False
    )
    unit = forms.ChoiceField(choices=[("", "Choose"), ("a", "Unit A")])
    told = forms.BooleanField()
    version = forms.IntegerField(widget=forms.HiddenInput)


TYPED = {
    "note": "<b>pale</b>",
    "pulse": "12x",
    "seen_on": "2026-11-21",
    "seen_at": "17:30",
    "signs": ["fall"],
    "version": "4",
}


def test_kinds() -> None:
    kinds = [f.kind for f in fields_of(Vitals())]
    assert kinds == ["textarea", "number", "date", "time", "radio", "checks", "select", "check", "hidden"]


def test_what_was_typed_stays_and_the_error_stands_at_the_field() -> None:
    form = Vitals(TYPED)
    assert not form.is_valid()
    pulse = field_of(form["pulse"], unit="/min")
    assert (pulse.value, pulse.unit) == ("12x", "/min")
    assert pulse.error
    assert field_of(form["signs"]).values == {"fall"}
    assert [e.name for e in errors_of(form)] == ["pulse", "state", "unit", "told"]


def test_a_form_renders_escaped_with_labels_and_descriptions(env: Environment) -> None:
    form = Vitals(TYPED)
    form.is_valid()
    page = env.from_string(
        "{{ ui.error_summary(errors_of(f)) }}{{ ui.form_fields(f) }}{{ ui.form_field(f['pulse'], unit='/min') }}"
    )
    text = flat(page.render(f=form))
    assert "&lt;b&gt;pale&lt;/b&gt;" in text
    assert 'href="#f-pulse"' in text
    assert 'aria-describedby=" f-pulse-error"' in text
    assert 'aria-invalid="true"' in text
    assert 'value="12x"' in text
    assert 'value="fall" id="f-signs" checked' in text


def test_an_empty_form_reads_its_initial_values() -> None:
    form = Vitals(initial={"told": True, "pulse": 88})
    assert field_of(form["told"]).value == "on"
    assert field_of(form["pulse"]).value == "88"
    assert field_of(form["note"]).value == ""
