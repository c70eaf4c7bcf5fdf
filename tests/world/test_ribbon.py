"""Every page of a demonstration says that nobody in it is real."""

import pytest

from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.RN, Role.CUSTODY, Role.PROVIDER, Role.HIM, Role.HSA])
def test_ribbon(client, role: Role) -> None:
    assert "invented people and data" in client.get("/", follow=True).content.decode()
    client.post("/demo/become", {"role": role.value, "facility": "hartford"})
    page = client.get("/", follow=True)
    assert page.status_code == 200
    assert "invented people and data" in page.content.decode()
