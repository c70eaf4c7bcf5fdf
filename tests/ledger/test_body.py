"""Bodies as stored: small, readable whichever dictionary made them, and nobody's without the key."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import zstandard
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from throughcare.kernel.fhir import encode, resource
from throughcare.kernel.ids import derived
from throughcare.ledger import body

BODY = encode(
    resource("Observation", derived("o"), status="final", subject={"reference": f"Patient/{derived('p')}"}, value=1)
)


def test_a_body_comes_back_and_is_small() -> None:
    assert body.unpack(body.pack(BODY)) == BODY
    assert len(body.pack(BODY)) < len(zstandard.ZstdCompressor(level=3).compress(BODY))


def test_an_entry_s_own_ids_take_a_byte_each_and_others_sixteen() -> None:
    own = (derived("o"), derived("p"))
    assert body.unpack(body.pack(BODY, own), own) == BODY
    assert len(body.pack(BODY, own)) < len(body.pack(BODY)) - 25
    assert body.unpack(body.pack(BODY, own), (own[0], derived("q"))) != BODY, "with other ids it is another body"


@pytest.mark.parametrize("mark", [b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"])
def test_what_holds_a_mark_is_stored_as_it_is(mark: bytes) -> None:
    own = (derived("o"), derived("p"))
    assert body.unpack(body.pack(BODY + mark, own), own) == BODY + mark


def test_a_body_of_the_first_dictionary_stays_readable() -> None:
    old = body._compressor(1).compress(BODY)
    assert body.unpack(old, (derived("o"), derived("p"))) == BODY


DOSE = encode(
    resource(
        "MedicationAdministration",
        derived("o"),
        status="completed",
        subject={"reference": f"Patient/{derived('p')}"},
        request={"reference": f"MedicationRequest/{derived('q')}"},
        effectiveDateTime="2026-11-22T13:03:50.235883Z",
    )
)
OWN = (derived("o"), derived("p"))


def test_bodies_of_doses_of_every_dictionary_stay_readable() -> None:
    for number in (2, 3):
        before = body._compressor(number).compress(body.short(DOSE, OWN, number))
        assert body.unpack(before, OWN) == DOSE, "with a whole frame, and moments in words"
    assert zstandard.get_frame_parameters(zstandard.FRAME_HEADER + body.pack(DOSE, OWN)).dict_id == 4
    assert body.unpack(body.pack(DOSE, OWN), OWN) == DOSE
    assert len(body.pack(DOSE, OWN)) < len(before) - 12


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22T13:03:50Z", "2026-11-22T13:03:50.235883Z", "2026-11-22T13:03:50.000001Z", "1970-01-01T00:00:00Z",
        "2099-12-31T23:59:59.999999Z",
        # Not as we write them, or no moments: they stay as they are.
        "2026-11-22T13:03:50.000000Z", "2026-11-22T13:03:50.235Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T13:03:60Z", "2107-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-11-22T13:03:50+00:00",
        "2026-11-22T13:03:50Z2026-11-22T13:03:50Z", "2026-11-22T13:03:50Z6d1f7a52-3c0e-5b0a-9d5e-7f0c6a1e2b34",
        "6d1f7a52-3c0e-5b0a-9d5e-7f0c6a1e2b342026-11-22T13:03:50Z",
    ],
)  # fmt: skip
def test_a_moment_comes_back_as_it_was_written(moment: str) -> None:
    said = DOSE.replace(b"2026-11-22T13:03:50.235883Z", moment.encode())
    assert body.unpack(body.pack(said, OWN), OWN) == said


@given(st.binary(max_size=40), st.integers(0, 2**51), st.uuids())
def test_whatever_stands_beside_a_mark_a_body_comes_back(words: bytes, since: int, other: UUID) -> None:
    at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since)).isoformat()[:26].removesuffix("+00:00")
    said = DOSE[:-1] + b',"x":"' + words + at.encode() + b"Z" + str(other).encode() + words + b'"}'
    own = (other, derived("p"))
    assert body.unpack(body.pack(said, own), own) == said


def test_a_frame_made_without_a_dictionary_stays_readable() -> None:
    assert body.unpack(zstandard.ZstdCompressor(level=3).compress(BODY)) == BODY


@pytest.mark.django_db  # the keys are made with the database
def test_a_sealed_body_needs_the_key_and_its_own_digest() -> None:
    sealed = body.seal(body.pack(BODY), bound_to=b"digest")
    assert body.unpack(body.unseal(sealed, bound_to=b"digest")) == BODY
    with pytest.raises(InvalidTag):
        body.unseal(sealed, bound_to=b"another")
    with pytest.raises(InvalidTag):
        body.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), bound_to=b"digest")


def test_dashes_that_begin_neither_an_identifier_nor_a_moment_stay_as_they_are() -> None:
    identifier, moment = b"01a207c9-841d-7e85-8436-39c343fdcff9", b"2026-11-23T09:42:56.797665Z"
    odd = (
        identifier + identifier,
        b"-5678-9012-" + moment,
        b"12345678-1234-1234-" + identifier + b"-1234-1234-",
        b"2026-11-23T09:42:56.000000Z 2026-02-30T09:42:56Z 2026-11-23T09:42:56Z",
        identifier.upper() + b"-" + moment[:-1],
    )
    for words in odd:
        for number in (2, 4):
            kept = body.short(words, OWN, number)
            assert body._long(kept, *(str(one).encode() for one in OWN), body._LONGER) == words
    assert len(body.short(odd[0], OWN, 4)) == 2 * 17
    assert len(body.short(odd[1], OWN, 4)) == len(b"-5678-9012-") + 8
    assert len(body.short(odd[2], OWN, 4)) == len(b"12345678-1234-1234-") + 17 + len(b"-1234-1234-")
