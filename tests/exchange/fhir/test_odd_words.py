"""Whatever words come: they are read back exactly, or refused in an OperationOutcome; the door stays open."""

import json

import pytest

PATIENT = {"resourceType": "Patient", "name": [{"family": "Sample-Odd"}], "birthDate": "1990-01-01"}


def wording(person, word):
    return {
        "resourceType": "Communication",
        "status": "completed",
        "subject": {"reference": f"Patient/{person}"},
        "topic": {"text": word, "coding": [{"system": "urn:x", "display": word}]},
        "payload": [{"contentString": word}],
        "note": [{"text": word, "authorString": word}],
        "identifier": [{"system": "urn:x", "value": word}],
    }


def test_naughty_strings_come_back_exactly_or_are_refused(door_of, shared):
    office = door_of("him")
    person = office("POST", "Patient", PATIENT).json["id"]
    words = json.loads((shared / "corpora/robustness/blns.json").read_text())
    told = {"kept": 0, "refused": 0}
    for word in words:
        reply = office("POST", "Communication", wording(person, word))
        if reply.status == 201:
            told["kept"] += 1
            got = json.loads(reply.body)
            assert got["payload"][0]["contentString"] == word
            assert got["topic"]["text"] == word
            assert got["identifier"][0]["value"] == word
        else:
            told["refused"] += 1
            assert reply.status in (400, 422), (word, reply.body[:300])
            assert json.loads(reply.body)["resourceType"] == "OperationOutcome"
    print(f"\nblns: {told} of {len(words)}")
    assert told["kept"] > 450


DEEP = b'{"resourceType":"Communication","status":"completed","extension":' + b'[{"url":"x","extension":' * 400
HUGE = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e999999}}'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Communication", b""),
        ("Communication", b"{"),
        ("Communication", b"[]"),
        ("Communication", b"null"),
        ("Communication", b"\xff\xfe{}"),
        ("Communication", b'{"resourceType":"Communication","status":"completed","status":"completed"}'),
        ("Communication", b'{"resourceType":"Communication","status":"\\ud800"}'),
        ("Communication", b'{"resourceType":"Communication","status":"a\\u0000"}'),
        ("Communication", DEEP),
        ("Communication", b"[" * 100000),
        ("Observation", HUGE),
        ("Observation", HUGE.replace(b"1e999999", b"9" * 5000)),
        ("Observation", HUGE.replace(b"1e999999", b"NaN")),
        ("", b'{"resourceType":"Bundle","type":"transaction","entry":[{}]}'),
        ("", b'{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"POST","url":"Patient"}}]}'),
        ("", b'{"resourceType":"Bundle","type":"banana"}'),
        ("", b'{"resourceType":"Bundle","type":"transaction","entry":{}}'),
    ],
)
def test_malformed_input_is_answered_in_an_outcome(door_of, kind, body):
    office = door_of("him")
    reply = office("POST", kind, body)
    assert reply.status in (400, 412, 415, 422) or b'"outcome"' in reply.body, reply.body[:300]
    assert json.loads(reply.body)["resourceType"] in ("OperationOutcome", "Bundle")
    assert office("GET", "metadata").status == 200
