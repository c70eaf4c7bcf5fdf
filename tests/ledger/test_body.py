"""Bodies as stored: small, readable whichever dictionary made them, and nobody's without the key."""

import pytest
import zstandard
from cryptography.exceptions import InvalidTag

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


@pytest.mark.parametrize("mark", [b"\x01", b"\x02", b"\x03"])
def test_what_holds_a_mark_is_stored_as_it_is(mark: bytes) -> None:
    own = (derived("o"), derived("p"))
    assert body.unpack(body.pack(BODY + mark, own), own) == BODY + mark


def test_a_body_of_the_first_dictionary_stays_readable() -> None:
    old = body._compressor(1).compress(BODY)
    assert body.unpack(old, (derived("o"), derived("p"))) == BODY


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
