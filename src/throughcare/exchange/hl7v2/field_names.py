"""What the fields of a message are called, for the page on which somebody reads one. Source: HL7 v2.5.1, chapters 2 and 3."""

_NAMES = {
    "MSH": "1 Field separator|2 Encoding characters|3 Sending application|4 Sending facility|5 Receiving application"
    "|6 Receiving facility|7 Sent at|8 Security|9 Message type|10 Control id|11 Processing id|12 Version"
    "|15 Accept acknowledgement|16 Application acknowledgement|17 Country|18 Character set|19 Language|21 Profile",
    "EVN": "1 Event|2 Recorded at|3 Planned for|4 Reason|5 Operator|6 Happened at|7 Facility",
    "PID": "1 Set id|2 Older number|3 Numbers|4 Other number|5 Name|6 Mother's maiden name|7 Birth date|8 Sex|9 Alias"
    "|10 Race|11 Address|12 County|13 Home phone|14 Work phone|15 Language|16 Marital status|17 Religion"
    "|18 Account number|19 Social security number|20 Driver's licence|22 Ethnic group|23 Birth place|26 Citizenship"
    "|29 Died at|30 Has died|33 Updated at",
    "PV1": "1 Set id|2 Patient class|3 Place now|4 Admission type|6 Place before|7 Attending|10 Service"
    "|11 Temporary place|14 Admission source|18 Patient type|19 Booking number|36 Disposition|37 Released to"
    "|44 Admitted at|45 Released at",
    "MRG": "1 Number given up|2 Other number|3 Account number|4 Older number|7 Name",
    "ZCU": "1 Legal status|2 Offence|3 Detainer|4 Next court date|5 Expected release|6 Officer's flags",
    "NTE": "1 Set id|2 Source|3 Comment",
    "AL1": "1 Set id|2 Kind|3 Allergy|4 Severity|5 Reaction|6 Since",
    "DG1": "1 Set id|2 Coding|3 Diagnosis|4 Description|5 When|6 Kind",
    "OBX": "1 Set id|2 Value type|3 What was observed|4 Sub-id|5 Value|6 Unit|7 Range|8 Flags|11 Status|14 When",
    "NK1": "1 Set id|2 Name|3 Relationship|4 Address|5 Phone",
}
NAMES: dict[tuple[str, int], str] = {
    (segment, int(entry.split(" ", 1)[0])): entry.split(" ", 1)[1]
    for segment, entries in _NAMES.items()
    for entry in entries.split("|")
}
SEGMENTS = {
    "MSH": "Header",
    "EVN": "Event",
    "PID": "Person",
    "PV1": "Stay",
    "MRG": "Number given up",
    "ZCU": "Custody",
    "NTE": "Note",
    "AL1": "Allergy",
    "DG1": "Diagnosis",
    "OBX": "Observation",
    "NK1": "Next of kin",
    "AIG": "Appointment: what else",
    "AIL": "Appointment: place",
    "AIP": "Appointment: who",
    "AIS": "Appointment: service",
    "ARV": "Restricted to",
    "AUT": "Authorisation",
    "CON": "Consent",
    "CTI": "Study",
    "FT1": "Charge",
    "GT1": "Guarantor",
    "IN1": "Insurance",
    "IN2": "Insurance, more",
    "MSA": "What it answers",
    "OBR": "Order and report",
    "ORC": "Order",
    "PD1": "Person, more",
    "PR1": "Procedure",
    "PRB": "Problem",
    "PRD": "Provider",
    "PRT": "Who took part",
    "PV2": "Stay, more",
    "QAK": "Answer to a query",
    "QPD": "What was asked",
    "RGS": "Appointment: resources",
    "ROL": "Role",
    "RXA": "Vaccine given",
    "RXR": "Route and site",
    "SCH": "Appointment",
    "SFT": "Sender's software",
    "SPM": "Specimen",
    "TQ1": "Timing",
    "TXA": "Document",
}


def name_of(segment: str, field: int) -> str:
    """Give the name of a field, or its number where it has none here."""
    return NAMES.get((segment, field), f"Field {field}")
