"""D3-24, custody over-reach: nothing that officers can open says a diagnosis, a medicine, a test or a reason (ruling 8)."""

import re

import pytest

from tests.access.makers import CLERK
from tests.security.objects import World, address, objects_of, routes
from tests.security.test_01_doors import knock, signed_in_as
from throughcare.access import lenses, matrix
from throughcare.kernel.vocabulary import DataClass, Role, Verb

OFFICERS = [Role.CUSTODY, Role.TRANSPORT]
# Words of reasons. Operational sentences may say "wheelchair" or "inhaler"; they never say these.
REASONS = re.compile(
    r"withdraw|detox|methadone|buprenorphine|suboxone|naltrexone|opioid|alcohol|heroin|fentanyl|\bCOWS\b|\bCIWA\b|"
    r"suicid|self-harm|depress|bipolar|schizo|psych|mental|lithium|sertraline|HIV|hepatitis|syphilis|gonorr|chlamydia|"
    r"tubercul|pregnan|abortion|hormone|transgender|diabet|insulin|seizure disorder|epilep|cancer|dementia|MH[ -]?[1-5]|"
    r"diagnos|PREA|sexual|C-SSRS|PHQ",
    re.IGNORECASE,
)
OWN_SECRETS = {"account-second-factor"}  # letters drawn at random, which may spell anything
CLINICAL = [
    DataClass.CLINICAL, DataClass.MEDICATION, DataClass.RESULT, DataClass.INFECTION, DataClass.MENTAL_HEALTH,
    DataClass.PSYCHOTHERAPY, DataClass.PART2, DataClass.SUD_COUNSELLING, DataClass.FORENSIC, DataClass.PEER_REVIEW,
    DataClass.REQUEST, DataClass.AUDIT_LOG, DataClass.GRIEVANCE,
]  # fmt: skip


@pytest.mark.parametrize("role", OFFICERS, ids=str)
@pytest.mark.parametrize("cls", CLINICAL, ids=str)
def test_the_matrix_gives_officers_no_word_of_care(role: Role, cls: DataClass) -> None:
    lens = lenses.bare(role)
    given = {verb for verb in Verb if lens.could(verb, cls)}
    assert given <= ({Verb.SUMMARY} if (role, cls) == (Role.TRANSPORT, DataClass.GRIEVANCE) else set())
    assert not {Verb.READ, Verb.WRITE} & matrix.load_matrix().cell(role, cls).verbs


@pytest.mark.django_db
@pytest.mark.parametrize("role", OFFICERS, ids=str)
def test_no_page_of_theirs_says_why(role: Role, world: World) -> None:
    said = secrets_of(world)
    client = signed_in_as(role, world)
    opened = 0
    for route in routes():
        if route.method != "GET" or route.policy.public or route.name in OWN_SECRETS:
            continue
        for person in (world.here, world.released):
            answer = knock(client, route, address(route, objects_of(route, world, person)))
            if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
                continue
            text = re.sub(r"<[^>]+>", " ", answer.text)
            leaks = sorted({m.group(0) for m in REASONS.finditer(text)})
            assert not leaks, f"{route.path} says {leaks}"
            assert not [word for word in said if word in answer.text], route.path
            opened += 1
    assert opened


def secrets_of(world: World) -> list[str]:
    """Write what officers must never read about the person who is here; give words that only it has."""
    from throughcare.chart import actions as chart

    words = ["Zyxomania", "Quellitol"]
    chart.add_condition(
        actor=CLERK, person_id=world.here, text=words[0], system="http://hl7.org/fhir/sid/icd-10-cm", code="F33.1"
    )
    chart.report_medicine(actor=CLERK, person_id=world.here, text=words[1])
    return words


def test_wording_for_custody_says_what_to_do_and_never_why() -> None:
    """Every template of an operational sentence, as content has it."""
    from throughcare.kernel import content

    wrong = []
    for path in content.names("custody"):
        for sentence in _sentences(content.load(path)):
            leak = REASONS.search(sentence)
            if leak:
                wrong.append(f"{path}: [{leak.group(0)}] in [{sentence[:80]}]")
    assert not wrong, "\n".join(wrong)


def _sentences(value: object) -> list[str]:
    if isinstance(value, dict):
        shown = {"text", "text_es", "first_aid", "first_aid_es", "call", "call_es", "title", "title_es"}
        return [
            text
            for key, inner in value.items()
            for text in (
                [inner]
                if isinstance(inner, str) and key in shown
                else _sentences(inner)
                if not isinstance(inner, str)
                else []
            )
        ]
    if isinstance(value, list):
        return [text for inner in value for text in _sentences(inner)]
    return []
