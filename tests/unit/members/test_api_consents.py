"""A name that everybody may read, because its bearer agreed."""

from services.kernel.policy import Actor
from tests.unit.members.stage import Stage

ARCHIVE = "/v1/me/consents/name-in-archive"


def test_a_name_is_public_while_its_bearer_agrees_and_no_longer():
    stage = Stage()
    stage.open_region()
    ani = Actor("person", stage.join("Ani Contoh", email="ani@contoh.example"))
    path = f"/v1/people/{ani.id}/public-name"
    assert stage.get(path).status == 404
    assert stage.post(ARCHIVE, {}, actor=ani).status == 200
    assert stage.get(path).body == {"person": ani.id, "name": "Ani Contoh"}
    assert stage.get("/v1/people/nobody/public-name").status == 404
    stage.send("DELETE", ARCHIVE, None, actor=ani)
    assert stage.get(path).status == 404


def test_a_partner_is_named_by_an_id():
    stage = Stage()
    stage.open_region()
    ani = Actor("person", stage.join("Ani Contoh", email="ani@contoh.example"))
    for partner in ("campus.x", "$campus", "x" * 65):
        assert stage.post(ARCHIVE, {"partner": partner}, actor=ani).status == 400
