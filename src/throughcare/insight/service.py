"""Measures of access and safety that are not a single clock's (clinical.md 6.2), as queries over the warehouse. Pure."""

from throughcare.insight.definition import Measure

VERSION = "2026.1"
SOURCE = "clinical specification 6.2"

SCREENED = Measure(
    id="A-INT",
    title="Screened within 4 hours of arrival",
    denominator="People who arrived in the month",
    numerator="Receiving screening signed within 4 hours of arrival [D]",
    exclusions="Sent to hospital or released before 4 hours were over",
    source=SOURCE,
    version=VERSION,
    query="""
SELECT 'A-INT' AS measure, a.id AS unit, a.person_id, a.facility, a.arrived_at AS moment, a.data_class,
  CASE WHEN a.signed_at <= a.arrived_at + INTERVAL 4 HOUR THEN 'met'
       WHEN a.status IN ('sent_out', 'left', 'released') OR s.ended_at < a.arrived_at + INTERVAL 4 HOUR THEN 'left'
       WHEN a.signed_at < $known THEN 'late' ELSE 'open' END AS state,
  epoch(least(coalesce(a.signed_at, $known), $known) - a.arrived_at) / 60 AS minutes
FROM arrival a LEFT JOIN stay s ON s.id = a.stay_id WHERE a.arrived_at + INTERVAL 4 HOUR < $known
""",
)
TRIAGED = Measure(
    id="A-SC1",
    title="Requests sorted within 24 hours of receipt",
    denominator="Requests for care received in the month",
    numerator="Triaged within 24 hours of receipt by health staff",
    exclusions="Withdrawn by the person",
    source=SOURCE,
    version=VERSION,
    query="""
SELECT 'A-SC1' AS measure, id AS unit, person_id, facility, received_at AS moment, data_class,
  CASE WHEN triaged_at <= received_at + INTERVAL 24 HOUR THEN 'met' WHEN state = 'withdrawn' THEN 'left'
       WHEN triaged_at < $known THEN 'late' ELSE 'open' END AS state,
  epoch(least(coalesce(triaged_at, $known), $known) - received_at) / 60 AS minutes
FROM communication WHERE state IS NOT NULL AND received_at + INTERVAL 24 HOUR < $known
""",
)
SEEN = Measure(
    id="A-SC2",
    title="Requests seen face to face within 48 hours of receipt",
    denominator="Requests for care received in the month that ended in a visit, or still wait",
    numerator="Seen face to face within 48 hours of receipt",
    exclusions="Withdrawn, or answered without a visit",
    source=SOURCE,
    version=VERSION,
    query="""
SELECT 'A-SC2' AS measure, id AS unit, person_id, facility, received_at AS moment, data_class,
  CASE WHEN seen_at <= received_at + INTERVAL 48 HOUR THEN 'met'
       WHEN seen_at IS NULL AND (closed_at < $known OR state = 'withdrawn') THEN 'left'
       WHEN seen_at < $known THEN 'late' ELSE 'open' END AS state,
  epoch(least(coalesce(seen_at, $known), $known) - received_at) / 60 AS minutes
FROM communication WHERE state IS NOT NULL AND received_at + INTERVAL 48 HOUR < $known
""",
)
ADHERENCE = Measure(
    id="M-ADH",
    title="Doses given",
    denominator="Charted doses that were due in the month",
    numerator="Given, on time or not, or taken by oneself",
    exclusions="Cancelled, wasted; refused doses are told apart",
    source=SOURCE,
    version=VERSION,
    domain="medicines",
    by_person=False,
    query="""
SELECT 'M-ADH' AS measure, id AS unit, person_id, facility, due_at AS moment, data_class,
  CASE WHEN outcome IN ('given', 'given-late', 'given-early', 'self-administered', 'partial', 'vomited') THEN 'met'
       WHEN outcome = 'refused' THEN 'refused' WHEN outcome IN ('cancelled', 'wasted', 'held') THEN 'excused'
       ELSE 'late' END AS state, NULL::DOUBLE AS minutes
FROM dose WHERE kind = 'administration' AND due_at < $known
""",
)
CODES = Measure(
    id="S-CODE",
    title="Health staff at a code within 4 minutes",
    denominator="Codes called in the month; no drills",
    numerator="Health staff at the scene within 4 minutes of the call",
    exclusions="None",
    source=SOURCE,
    version=VERSION,
    domain="safety",
    query="""
SELECT 'S-CODE' AS measure, c.id AS unit, c.person_id, c.facility, c.start_at AS moment, c.data_class,
  CASE WHEN min(s.stamped_at) <= c.start_at + INTERVAL 4 MINUTE THEN 'met' ELSE 'late' END AS state,
  epoch(min(s.stamped_at) - c.start_at) / 60 AS minutes
FROM incident c LEFT JOIN code_stamp s ON s.code_id = c.id AND s.kind = 'health_there' AND NOT s.taken_back
WHERE c.kind = 'code' AND NOT c.drill AND c.start_at < $known
GROUP BY c.id, c.person_id, c.facility, c.start_at, c.data_class
""",
)
NALOXONE = Measure(
    id="R-NAL",
    title="Left with naloxone in hand",
    denominator="Releases of the month",
    numerator="Naloxone kit handed over, as the release plan says",
    exclusions="Died",
    source=SOURCE,
    version=VERSION,
    domain="going home",
    query="""
SELECT 'R-NAL' AS measure, m.id AS unit, m.person_id, m.from_facility AS facility, m.happened_at AS moment, 'clinical' AS data_class,
  CASE WHEN bool_or(coalesce(p.naloxone, false)) THEN 'met' ELSE 'late' END AS state, NULL::DOUBLE AS minutes
FROM move m LEFT JOIN release_step p ON p.person_id = m.person_id AND p.kind = 'plan' AND p.start_at <= m.happened_at
  AND p.start_at > m.happened_at - INTERVAL 180 DAY
WHERE m.kind = 'release' AND NOT m.cancelled AND m.happened_at < $known
GROUP BY m.id, m.person_id, m.from_facility, m.happened_at
""",
)


def _rate(id: str, title: str, what: str, query: str, *, per_days: float, unit: str, data_class: str) -> Measure:
    return Measure(
        id=id,
        title=title,
        denominator="Days in custody in the month",
        numerator=what,
        exclusions="Drills",
        source=SOURCE,
        version=VERSION,
        query=f"SELECT '{id}' AS measure, id AS unit, person_id, facility, start_at AS moment, '{data_class}' AS data_class FROM incident "  # noqa: S608
        f"WHERE {query} AND NOT drill AND start_at < $known",
        domain="safety",
        kind="rate",
        better="lower",
        per_days=per_days,
        unit=unit,
        by_person=False,
    )


SEND_OUTS = _rate(
    "S-ED", "Trips to an emergency department", "Trips to hospital", "kind = 'trip'",
    per_days=1000 * 365.25 / 12, unit="per 1,000 person-months", data_class="clinical",
)  # fmt: skip
SELF_HARM = _rate(
    "S-SH", "Acts of self-harm", "Acts of self-harm, as classed or not yet", "kind = 'self-harm'",
    per_days=1000 * 365.25, unit="per 1,000 person-years", data_class="mental_health",
)  # fmt: skip

MEASURES = (SCREENED, TRIAGED, SEEN, ADHERENCE, CODES, NALOXONE, SEND_OUTS, SELF_HARM)
