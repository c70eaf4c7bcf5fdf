"""The chart's pages over HTTP: what each role gets, and what a post does."""

import pytest

from tests.chart.chart_makers import charted, hartford, housed
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NAME = "Sample-Ortiz"
PAGES = (
    "",
    "results/",
    "trends/29463-7/",
    "trends/85354-9/",
    "timeline/",
    "notes/",
    "problems/",
    "medicines/",
    "allergies/",
    "vitals/",
    "forms/",
    "forms/phq-9/",
    "documents/",
)


@pytest.fixture
def person():
    one = housed()
    charted(one)
    return one


@pytest.fixture
def as_role(client):
    def become(role: str):
        answer = client.post("/demo/become", {"role": role, "facility": str(hartford().id)})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return become


def send(client, address: str, **fields: object):
    return client.post(address, {"intent": str(uuid7()), **fields})


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("role", ["rn", "provider", "psych"])
def test_a_clinician_opens_every_page(as_role, person, role: str) -> None:
    client = as_role(role)
    for page in PAGES:
        answer = client.get(f"/people/{person}/{page}")
        assert answer.status_code == 200, page
        assert NAME in text_of(answer)
        assert NAME not in text_of(answer).split("</title>")[0]
        assert answer["Cache-Control"] == "no-store"
    page = text_of(client.get(f"/people/{person}/"))
    for words in (
        "Asthma 0",
        "Albuterol 0",
        "Penicillin",
        "Attempted suicide",
        "128/82 mmHg",
        "8.2 %",
        "Visit 0",
        "Slip 0",
    ):
        assert words in page
