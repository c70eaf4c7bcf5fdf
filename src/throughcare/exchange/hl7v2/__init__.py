"""HL7 v2: custody's system tells us who arrived, moved and left; every message is kept, judged and acknowledged."""
