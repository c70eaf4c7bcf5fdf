"""The gate's pages: the author drafts, two others see what is hidden and sign, the author publishes."""

import pytest

from throughcare.access.doors import ROUTES


def test_every_page_of_the_gate_is_closed_to_custody_and_the_public():
    ours = [route for route in ROUTES if route.policy.name.startswith("gate.")]
    assert len(ours) == 6
    for route in ours:
        assert not {"custody", "anyone", "patient", "parole"} & set(route.policy.roles())


def become(client, role):
    from throughcare.custody.models import Facility

    place = Facility.objects.order_by("name").first()
    assert client.post("/demo/become", {"role": role, "facility": str(place.id), "person": ""}).status_code == 302


def post(client, path, **more):
    from throughcare.kernel.ids import uuid7

    return client.post(path, {"intent": str(uuid7()), **more})


@pytest.mark.django_db
def test_from_the_draft_to_the_public_folder(client, settings, tmp_path):
    from tests.insight.gate.test_sign_off import Made
    from throughcare.insight.gate import editions
    from throughcare.insight.gate.models import Publication
    from throughcare.insight.gate.ports import COUNTS

    settings.EDITIONS = tmp_path
    before = COUNTS()
    COUNTS.fill(Made())
    try:
        become(client, "hsa")
        assert "No edition has been drafted yet." in client.get("/editions/").content.decode()
        kept = post(client, "/editions/", quarter="Q9", note_en="My words")
        assert kept.status_code == 422
        assert "My words" in kept.content.decode(), "what was typed is kept"
        assert post(client, "/editions/", quarter="2026-Q1").status_code == 303
        row = Publication.objects.get()
        page = client.get(f"/editions/{row.id}/").content.decode()
        assert "hidden: 1 to 10" in page
        assert "Sign the" not in page
        assert post(client, f"/editions/{row.id}/sign/", digest=row.digest).status_code == 403
        for role, verb in (("provider", "Sign the clinical part"), ("him", "Sign the privacy part")):
            become(client, role)
            assert verb in client.get(f"/editions/{row.id}/").content.decode()
            assert post(client, f"/editions/{row.id}/sign/", digest=row.digest).status_code == 303
        become(client, "hsa")
        assert post(client, f"/editions/{row.id}/publish/").status_code == 303
        assert [one.id for one in editions.listed(tmp_path)] == ["2026-Q1"]
        empty = post(client, f"/editions/{row.id}/withdraw/", because_en="Wrong.")
        assert empty.status_code == 422
        assert "Wrong." in empty.content.decode()
        assert post(client, f"/editions/{row.id}/withdraw/", because_en="Wrong.", because_es="Mal.").status_code == 303
        assert editions.listed(tmp_path)[0].withdrawn_on
        assert "Withdrawn: Wrong." in client.get(f"/editions/{row.id}/").content.decode()
    finally:
        COUNTS.fill(before)
