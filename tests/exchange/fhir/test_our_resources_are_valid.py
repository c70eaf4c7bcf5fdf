"""Every resource type that the synthetic agency keeps is valid R4, as it is kept."""

from collections import Counter

from throughcare.exchange.fhir import validate

A_FEW = 60


def test_whatever_the_agency_keeps_is_fhir(in_agency):
    from django.db import connection

    from throughcare.ledger.present import opened

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, id, subject, digest, body FROM (SELECT v.*, row_number() OVER (PARTITION BY type ORDER BY position "
            "DESC) AS nth FROM ledger_version v WHERE media = 'fhir' AND body IS NOT NULL) v WHERE nth <= %s",
            [A_FEW],
        )
        rows = cursor.fetchall()
    told, wrong = Counter(), {}
    for kind, id_, subject, digest, stored in rows:
        told[kind] += 1
        judged = validate.read(opened(stored, digest, (id_, subject), sealed=False) or b"")
        for issue in judged.issues:
            wrong.setdefault((kind, issue.expression.split("[")[0], issue.text[:150]), id_)
    print(f"\nvalid of our own: {dict(sorted(told.items()))}")
    assert not wrong, "\n".join(f"{kind} {place}: {text}" for kind, place, text in sorted(wrong))
