"""Every resource type that the synthetic agency keeps is valid R4, as it is kept, and what US Core asks of it, as it leaves the house."""

from collections import Counter

from throughcare.exchange.fhir import profiles, validate

A_FEW = 60


def test_whatever_the_agency_keeps_is_fhir_and_follows_the_profiles_it_claims(in_agency):
    from django.db import connection

    from throughcare.exchange.fhir import resource, store
    from throughcare.exchange.fhir.types import STORED

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, id, version, CASE WHEN subject_kind = 'person' THEN subject END, data_class, 0, written_at, position, "
            "happened_at, subject::text, digest, body FROM (SELECT v.*, row_number() OVER (PARTITION BY type ORDER BY position "
            "DESC) AS nth FROM ledger_version v WHERE media = 'fhir' AND body IS NOT NULL) v WHERE nth <= %s",
            [A_FEW],
        )
        rows = list(store.unpacked(cursor.fetchall()))
    told, claimed, wrong = Counter(), Counter(), {}
    for row in rows:
        told[row.kind] += 1
        claims = profiles.of(row.kind, row.body or b"")
        claimed.update(claims)
        judged = validate.read((resource.shown(row, ()) if row.kind in STORED else row.body) or b"")
        for issue in judged.issues:
            said = wrong.setdefault((row.kind, issue.severity, issue.expression.split("[")[0], issue.text[:150]), [])
            said.append(row.id)
    print(f"\nvalid of our own: {dict(sorted(told.items()))}\nclaims: {dict(sorted(claimed.items()))}")
    for (kind, severity, place, text), ids in sorted(wrong.items()):
        print(f"{severity} {kind} {place} ({len(ids)}): {text}")
    assert not wrong, "\n".join(f"{kind} {severity} {place}: {text}" for kind, severity, place, text in sorted(wrong))
