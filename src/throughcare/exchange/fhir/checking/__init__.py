"""The parts of validation: HL7's tables, structure, invariants, profiles, XML. `validate` is the one door to them."""
