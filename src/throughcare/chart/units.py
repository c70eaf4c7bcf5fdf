"""Units as people write them: UCUM's code for the record, plain words for the page."""

WORDS = {
    "mm[Hg]": "mmHg",
    "[degF]": "°F",
    "Cel": "°C",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "{score}": "",
    "{INR}": "",
    "m[IU]/L": "mIU/L",
    "1": "",
    "10*3/uL": "×10³/µL",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
}


def said(unit: str) -> str:
    """Give a unit as people write it; one that nobody worded stays as it is."""
    return WORDS.get(unit, unit)
