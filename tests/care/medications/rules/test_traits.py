"""What the rules ask of a medicine, read from the formulary; one set of windows in both tables."""

from datetime import timedelta

import pytest

from throughcare.care.medications import formulary
from throughcare.care.medications.rules import covering, kop, tables, traits
from throughcare.care.medications.rules.windows import WindowClass

FORMULARY = formulary.load()


def product(words: str) -> traits.Traits:
    return traits.of_product(FORMULARY.find(words)[0])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("methadone tablet", {"opioid_treatment", "opioid_line", "critical", "never_kop", "door", "controlled", "pages_supervisor"}),
        ("insulin glargine", {"insulin", "critical", "never_kop", "door", "pages_supervisor", "time_critical"}),
        ("levetiracetam", {"anticonvulsant", "critical", "door", "pages_supervisor", "time_critical"}),
        ("warfarin", {"anticoagulant", "critical", "never_kop", "door", "pages_supervisor"}),
        ("naltrexone injection", {"opioid_treatment", "never_kop", "injected"}),
        ("albuterol metered", {"rescue", "critical"}), ("atorvastatin", set()), ("sertraline", {"psychotropic"}),
    ],
)  # fmt: skip
def test_classes_of_known_medicines(words: str, expected: set[str]) -> None:
    found = product(words)
    names = {*traits.Traits.__dataclass_fields__, "controlled", "pages_supervisor"} - {"minimum", "schedule"}
    assert expected <= {name for name in names if getattr(found, name)}
    assert "opioid_line" in expected or not found.opioid_line
    assert "rescue" in expected or not found.rescue


def test_no_product_is_kept_that_never_may_be() -> None:
    for one in FORMULARY.products:
        found = traits.of_product(one)
        if found.controlled or found.opioid_treatment or found.never_kop:
            assert found.rescue or not kop.eligibility(found, None, []).allowed
        assert not (found.rescue and found.controlled)
        assert covering.may_send_with(found) is not (found.controlled or found.injected)


def test_the_formulary_and_the_windows_agree() -> None:
    ours = tables.windows().windows
    used = {one.window for one in FORMULARY.products} - {None}
    assert used == {WindowClass.TIME_CRITICAL, WindowClass.OPIOID_LINE}
    assert [ours[key].late // timedelta(minutes=1) for key in sorted(used)] == [120, 30]
