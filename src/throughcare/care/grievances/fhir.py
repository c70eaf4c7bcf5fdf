"""A complaint as the ledger keeps it; R4 has no resource for it. Pure."""

from throughcare.care.grievances.models import Grievance, GrievanceReply
from throughcare.kernel.fhir import Json, filled, instant, reference


def grievance(row: Grievance) -> Json:
    """Render a complaint with all that became of it."""
    return filled(
        resourceType="Grievance",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        receipt=row.receipt,
        channel=row.channel,
        category=row.about,
        words=row.words,
        wordsInEnglish=row.words_in_english,
        language=row.language,
        facility=str(row.facility_id or ""),
        filed=instant(row.filed_at),
        received=instant(row.received_at),
        receivedBy=row.received_by,
        careRequest=str(row.care_request_id or ""),
        status=row.state,
        logged=instant(row.logged_at),
        about=str(row.about_id or ""),
        owner=row.owner,
        answered=instant(row.answered_at),
        answeredBy=row.answered_by,
        finding=row.finding,
        answer=row.answer_en,
        answerInSpanish=row.answer_es,
        appealed=instant(row.appealed_at),
        appeal=row.appeal_words,
        decided=instant(row.decided_at),
        decidedBy=row.decided_by,
        decision=row.decision,
        decisionWords=row.decision_en,
        decisionInSpanish=row.decision_es,
        withdrawn=instant(row.withdrawn_at),
    )


def reply(row: GrievanceReply) -> Json:
    """Render what a member of staff was asked, and said."""
    return filled(
        resourceType="GrievanceReply",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        grievance=str(row.grievance_id),
        askedOf=row.asked_name,
        askedOfId=str(row.asked_of),
        question=row.question,
        namesPerson=row.names_person or None,
        asked=instant(row.asked_at),
        askedBy=row.asked_by,
        words=row.words,
        replied=instant(row.replied_at),
        writtenBy=row.written_by,
    )
