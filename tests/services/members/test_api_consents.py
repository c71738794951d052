"""A name that everybody may read, because its bearer agreed."""

from services.kernel.declare.policy import ANONYMOUS, Actor

ARCHIVE = "/v1/me/consents/name-in-archive"


def test_a_name_is_public_while_its_bearer_agrees_and_no_longer(new_stage):
    stage = new_stage()
    stage.open_region()
    ani = Actor("person", stage.join("Ani Contoh", email="ani@contoh.example"))
    path = f"/v1/people/{ani.id}/public-name"
    assert stage.get(ANONYMOUS, path).status == 404
    assert stage.post(ani, ARCHIVE, {}).status == 200
    assert stage.get(ANONYMOUS, path).body == {"person": ani.id, "name": "Ani Contoh"}
    assert stage.get(ANONYMOUS, "/v1/people/nobody/public-name").status == 404
    stage.call(ani, "DELETE", ARCHIVE, None)
    assert stage.get(ANONYMOUS, path).status == 404


def test_a_partner_is_named_by_an_id(stage):
    ani = Actor("person", stage.join("Ani Contoh", email="ani@contoh.example"))
    for partner in ("campus.x", "$campus", "x" * 65):
        assert stage.post(ani, ARCHIVE, {"partner": partner}).status == 400
