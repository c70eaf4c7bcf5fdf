"""Accounts, postings and consents as FHIR R4 resources: pure."""

from throughcare.access.models import Amendment, Consent, Disclosure, Hold, Posting, Representative, User
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, period, reference, resource

CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
# US Core asks for a number of each role (pd-1). None is kept here of anybody: it says so.
UNTOLD = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unsupported"},
    ]
}
PURPOSE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def practitioner(user: User) -> Json:
    """Render an account as Practitioner; secrets are no part of it."""
    family, _, given = user.name.partition(", ")
    name = filled(text=user.name, family=family, given=given.split())
    own = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{user.id}"}
    return resource("Practitioner", user.id, identifier=[own], active=user.is_active, name=[name])


def practitioner_role(posting: Posting) -> Json:
    """Render a posting as PractitionerRole."""
    return resource(
        "PractitionerRole",
        posting.id,
        active=posting.until is None,
        period=period(posting.since, posting.until),
        practitioner=reference("Practitioner", posting.user_id),
        code=[concept(coding(f"{LOCAL}/role", posting.role), text=posting.title or None)],
        location=[reference("Location", posting.facility_id)] if posting.facility_id else None,
        specialty=[concept(coding(f"{LOCAL}/training", t)) for t in posting.trainings],
        telecom=[UNTOLD],
    )


def consent(consent_: Consent) -> Json:
    """Render a consent; `provision` says to whom, for what and until when."""
    classes = [coding(f"{LOCAL}/data-class", c) for c in consent_.classes]
    scope = "treatment" if not classes else "patient-privacy"
    told = [("IRCP", who) for who in (consent_.recipient, *consent_.roles) if who]
    # Who may disclose is in whose keeping the record is: its custodian.
    told += [("CST", consent_.disclosers)] if consent_.disclosers else []
    provision = filled(
        type="permit" if consent_.agreed else "deny",
        period=period(consent_.starts_at, consent_.expires_at),
        actor=[
            {"role": concept(coding(PARTICIPATION, code)), "reference": {"identifier": {"value": who}, "display": who}}
            for code, who in told
        ],
        class_=classes,
    )
    words = {
        "purpose": consent_.purpose,
        "described": consent_.described,
        "ends-with": consent_.expires_event,
        "irrevocable-until": consent_.irrevocable_until,
        "intermediary": consent_.intermediary,
        "interpreter": consent_.interpreter,
        "witness": consent_.witness,
        "revoked-how": consent_.revoked_how,
        "statements": " ".join(consent_.statements),
    }
    return resource(
        "Consent",
        consent_.id,
        status="inactive" if consent_.revoked_at else ("active" if consent_.agreed else "rejected"),
        scope=concept(coding(CONSENT_SCOPE, scope)),
        category=[concept(coding(f"{LOCAL}/consent", consent_.kind), text=consent_.about or None)],
        patient=reference("Patient", consent_.person_id),
        dateTime=instant(consent_.signed_at),
        performer=[{"display": consent_.signed_by}] if consent_.signed_by else None,
        organization=[{"display": consent_.disclosers}] if consent_.disclosers else None,
        policyRule=concept(coding(f"{LOCAL}/consent-form", consent_.form_version)),
        verification=[{"verified": True, "verificationDate": instant(consent_.signed_at)}]
        if consent_.witness
        else None,
        provision=provision,
        language=consent_.language,
        extension=[{"url": f"{LOCAL}/consent-{name}", "valueString": said} for name, said in words.items() if said],
    )


def representative(row: Representative) -> Json:
    """Render who decides in a person's place as RelatedPerson."""
    return resource(
        "RelatedPerson",
        row.id,
        active=row.until is None,
        patient=reference("Patient", row.person_id),
        relationship=[concept(coding(f"{LOCAL}/representative", row.kind), text=row.relation or None)],
        name=[{"text": row.name}],
        telecom=[{"value": row.reached_by}] if row.reached_by else None,
        period=period(row.since, row.until),
        extension=[
            {"url": f"{LOCAL}/representative-{name}", "valueString": words}
            for name, words in (("proof", row.proof), ("limits", row.limits), ("ended", row.ended_why))
            if words
        ],
    )


def amendment(row: Amendment) -> Json:
    """Render a request to amend the record, with what became of it."""
    return resource(
        "Amendment",
        row.id,
        subject=reference("Patient", row.person_id),
        asksFor=None if row.kind == "amend" else row.kind,
        status=row.state,
        asked=filled(at=instant(row.asked_at), what=row.what, why=row.why, receivedBy=row.received_by),
        decided=filled(at=instant(row.decided_at), by=row.decided_by, ground=row.ground, answer=row.answer),
        disagreement=filled(at=instant(row.disagreed_at), words=row.disagreement),
    )


def disclosure(row: Disclosure) -> Json:
    """Render what the institution was told, to whom and why."""
    return resource(
        "InstitutionDisclosure",
        row.id,
        subject=reference("Patient", row.person_id),
        purpose=row.purpose,
        told=row.told,
        items=row.items,
        why=row.why,
        at=instant(row.at),
        by=row.by,
    )


def hold(row: Hold) -> Json:
    """Render a legal hold, with its end."""
    return resource(
        "LegalHold",
        row.id,
        subject=reference("Patient", row.person_id),
        authority=row.authority,
        why=row.why,
        by=row.by,
        period=period(row.since, row.until),
        asked=filled(at=instant(row.asked_at), by=row.asked_by, why=row.asked_why) if row.asked_at else None,
        ended=filled(by=row.ended_by, why=row.ended_why),
    )


PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
