"""Administrative sex as messages and documents write it (HL7 tables 0001 and AdministrativeGender), in the record's words. Pure."""

WORDS = {
    "F": "female",
    "M": "male",
    "O": "other",
    "A": "other",
    "N": "other",
    "UN": "other",
    "U": "unknown",
    "UNK": "unknown",
}


def sex_of(said: str) -> str:
    """Give the record's word for a code, or for the word itself; nothing where it is neither."""
    code = said.strip().upper()
    return WORDS.get(code) or (code.lower() if code.lower() in WORDS.values() else "")
