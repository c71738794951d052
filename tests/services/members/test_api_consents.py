"""A name that everybody may read, because its bearer agreed."""

from services.kernel.declare.policy import ANONYMOUS, Actor

ARCHIVE = "/v1/me/consents/name-in-archive"


def test_a_name_is_public_while_its_bearer_agrees_and_no_longer(new_harness):
    harness = new_harness()
    harness.open_region()
    ani = Actor("person", harness.join("Ani Contoh", email="ani@contoh.example"))
    path = f"/v1/people/{ani.id}/public-name"
    assert harness.get(ANONYMOUS, path).status == 404
    assert harness.post(ani, ARCHIVE, {}).status == 200
    assert harness.get(ANONYMOUS, path).body == {"person": ani.id, "name": "Ani Contoh"}
    assert harness.get(ANONYMOUS, "/v1/people/nobody/public-name").status == 404
    harness.call(ani, "DELETE", ARCHIVE, None)
    assert harness.get(ANONYMOUS, path).status == 404


def test_a_partner_is_named_by_an_id(harness):
    ani = Actor("person", harness.join("Ani Contoh", email="ani@contoh.example"))
    for partner in ("campus.x", "$campus", "x" * 65):
        assert harness.post(ani, ARCHIVE, {"partner": partner}).status == 400
