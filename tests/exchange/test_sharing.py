"""Files of one import in several hands: what says something of one another stays together; rows, audit and report are the same."""

import json
from datetime import date, timedelta

import pytest

from tests.exchange.messages import START
from tests.exchange.test_intake_files import bundle
from throughcare.exchange import sharing
from throughcare.kernel import clock


def person(number, family="Sample-King", born="1980-01-02", **more):
    document = bundle()
    patient = document["entry"][0]["resource"]
    patient |= {
        "identifier": [{"system": "https://example.test/mrn", "value": number}],
        "name": [{"family": family, "given": ["Ann"]}],
        "birthDate": born,
        **more,
    }
    return document


def shares(*documents, hands=2):
    ties = [sharing.tie(json.dumps(one).encode()) for one in documents]
    return sharing.shared_out(ties, hands)


def test_files_of_different_people_are_shared_out():
    assert shares(person("M1"), person("M2", "Test-Ruiz", "1990-05-05")) == [[0], [1]]


@pytest.mark.parametrize(
    "other",
    [
        person("M1", "Test-Ruiz", "1990-05-05"),
        person("M2", "Test-Ruiz", "1980-01-02"),
        person("M2", "Sample-King", "1980-02-01"),
    ],
    ids=["one number", "one day of birth", "one slip apart"],
)
def test_files_that_may_be_of_one_person_stay_in_their_order(other):
    stranger = person("M3", "Demo-Vega", "1971-11-30")
    assert shares(person("M1"), stranger, other) == [[0, 2], [1]]


def test_what_one_file_asks_for_and_another_brings_stays_together():
    asking = person("M2", "Test-Ruiz", "1990-05-05")
    asking["entry"][1]["resource"]["asserter"] = {"reference": "Practitioner?identifier=http://example.test/npi|77"}
    bringing = person("M3", "Demo-Vega", "1971-11-30")
    bringing["entry"].append(
        {
            "resource": {
                "resourceType": "Practitioner",
                "identifier": [{"system": "http://example.test/npi", "value": "77"}],
            }
        }
    )
    assert shares(person("M1"), asking, bringing, hands=3) == [[1, 2], [0]]


def test_what_is_no_bundle_is_taken_in_by_itself():
    assert sharing.tie(b"MSH|^~\\&|") is None
    assert sharing.tie(b'{"resourceType": "Patient"}') is None
    assert sharing.tie(b'{"resourceType": "Bundle"') is None


def seen():
    """What stands in the record and in its audit, without the ids and moments that each writing gives anew."""
    from throughcare.chart.models import Condition, HomeMedicine, Observation
    from throughcare.duties.models import Duty
    from throughcare.exchange.models import Imported, Outside
    from throughcare.ledger.models import Version
    from throughcare.people.models import Identifier

    rows = {
        "numbers": Identifier.objects.values_list("value", "person__family", "person__birth_date"),
        "conditions": Condition.objects.values_list("person__family", "text", "data_class"),
        "medicines": HomeMedicine.objects.values_list("person__family", "text"),
        "observations": Observation.objects.values_list("person__family", "code", "value", "unit"),
        "files": Imported.objects.values_list("name", "kind", "understood", "left", "problems"),
        "outside": Outside.objects.values_list("type", "charted", "version", "sender"),
        "duties": Duty.objects.values_list("rule", "owner_role", "outcome"),
        "audit": Version.objects.values_list("type", "version", "action", "actor", "source", "data_class", "media"),
    }
    return {name: sorted(map(str, some)) for name, some in rows.items()}


@pytest.mark.slow
def test_two_hands_leave_the_same_rows_and_audit_as_one(template, tmp_path, django_db_blocker):
    from django.db import connection

    from tests.conftest import copy_of
    from throughcare.custody.actions import load_places
    from throughcare.exchange import intake_files
    from throughcare.kernel.actor import Actor
    from throughcare.ledger import verify

    days = [date(1980, 1, 2) + timedelta(days=997 * n) for n in range(5)]
    for n, (day, family) in enumerate(zip(days, ("King", "Ruiz", "Vega", "Holt", "Sand"), strict=True)):
        (tmp_path / f"{n}.json").write_text(json.dumps(person(f"M{n}", f"Sample-{family}", day.isoformat())))
    later = person("M0", "Sample-King", days[0].isoformat(), gender="other")
    (tmp_path / "5.json").write_text(json.dumps(later))
    (tmp_path / "6.json").write_text("{not readable")
    found, before = [], connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), clock.frozen(START + timedelta(days=30)):
        for hands in (1, 2):
            name = f"{before}_hands_{hands}"
            connection.close()
            with copy_of(template, name):
                connection.settings_dict["NAME"] = name
                try:
                    load_places(actor=Actor.system("test"))
                    report = intake_files.run([tmp_path], hands=hands)
                    assert verify.run().sound
                    found.append((report.lines(), report.sound, seen()))
                finally:
                    connection.close()
                    connection.settings_dict["NAME"] = before
    assert found[0] == found[1]
    assert not found[0][1], "the file that is none is named"
    assert len(found[0][2]["numbers"]) == 5
