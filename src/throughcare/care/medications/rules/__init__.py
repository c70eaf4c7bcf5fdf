"""The pure rules of medicines: dates and dataclasses in, decisions with reasons and their source out. No Django, no clock."""
