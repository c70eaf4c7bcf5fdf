"""People: who somebody is — names, identifiers, aliases — and which charts are one person's."""
