"""What others write to say that there is none: no known allergy, problem, medicine. One table for messages, documents and FHIR.

An absence is never charted as the thing that it denies, and a part is not the whole: who knows of no food allergy was not
asked about drugs. SNOMED CT: the children of 716186003 and what they replaced; the International Patient Summary's own codes;
the words of HL7 v2 senders, who have no code for it.
"""

import re

SNOMED = "http://snomed.info/sct"
IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
ALLERGIES = {
    "716186003": "No known allergy",
    "160244002": "No known allergy",
    "409137002": "No known drug allergy",
    "429625007": "No known food allergy",
    "428607008": "No known environmental allergy",
    "428197003": "No known insect allergy",
    "716220001": "No known animal allergy",
    "1003774007": "No known latex allergy",
    "716184000": "No known latex allergy",
    "no-known-allergies": "No known allergy",
    "no-known-medication-allergies": "No known drug allergy",
    "no-known-food-allergies": "No known food allergy",
    "no-known-environmental-allergies": "No known environmental allergy",
    "NKA": "No known allergy",
    "NKDA": "No known drug allergy",
    "NKMA": "No known drug allergy",
    "NKFA": "No known food allergy",
    "NKEA": "No known environmental allergy",
}
# No known problem, no known medicine.
PROBLEMS = frozenset({"160245001", "no-known-problems"})
MEDICINES = frozenset({"787481004", "no-known-medications"})
# Nobody asked, or nobody knows: that says nothing at all of the person.
NO_INFORMATION = frozenset(
    {"no-allergy-info", "no-problem-info", "no-medication-info", "no-immunization-info", "no-procedure-info"}
)
_NONE = r"(?:no|none|nil|not any|without)\s+(?:known\s+|reported\s+|recorded\s+|documented\s+)*"
_WHAT = r"(?P<of>(?:drug|medication|medicine|med|food|environmental|latex|insect|animal)s?\s+)?"
_ALLERGY = re.compile(
    rf"(?:{_NONE}{_WHAT}(?:allerg(?:y|ies|ens?)|adverse reactions?)|(?:patient\s+)?denies\s+(?:any\s+)?allergies"
    r"|(?P<short>nk[dfme]?a)\b|no allergies|sin alergias(?: conocidas)?|no (?:tiene )?alergias conocidas)\b.*",
    re.IGNORECASE,
)
_OF = {
    "dru": "drug",
    "med": "drug",
    "foo": "food",
    "env": "environmental",
    "lat": "latex",
    "ins": "insect",
    "ani": "animal",
}


def of_allergies(code: str, text: str) -> str:
    """Give what is denied, as the record says it; empty where an allergy is named. The code counts before the words."""
    if found := ALLERGIES.get(code) or ALLERGIES.get(code.upper()):
        return found
    said = _ALLERGY.match(text.strip())
    if said is None:
        return ""
    if short := said["short"]:
        return ALLERGIES[short.upper()]
    of = _OF.get((said["of"] or "").strip().casefold()[:3], "")
    return f"No known {of} allergy".replace("  ", " ")
