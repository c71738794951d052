"""The runner of imports: no row and no import stands in the way of another."""

import pytest

from services.kernel.base.problem import Unavailable
from services.kernel.declare.policy import Actor
from services.members.domain.registration_import import REGISTRATION_IMPORT
from services.members.identity.joining import Joining
from tests.services.members.harness import COORDINATOR
from tests.services.members.test_api_imports import bring, imported, members, run
from tests.unit.members.sample_registrations import row, table


def test_a_row_that_cannot_be_taken_is_told_and_the_others_are_taken(harness, monkeypatch):
    join = Joining.join

    def unable(self, applicant, *rest):
        if applicant.name == "Sulit":
            raise LookupError
        return join(self, applicant, *rest)

    monkeypatch.setattr(Joining, "join", unable)
    progress = imported(harness, table(row(1, name="Sulit"), row(2)))
    assert (progress["state"], progress["joined"]) == ("finished", 1)
    assert progress["bad"] == [{"row": 2, "reasons": ["Baris ini tidak dapat diproses; daftarkan lewat formulir."]}]


def test_an_import_that_waits_does_not_delay_other_imports(harness, monkeypatch):
    join = Joining.join

    def waiting(self, applicant, *rest):
        if applicant.name == "Menunggu":
            raise Unavailable
        return join(self, applicant, *rest)

    first, second = (bring(harness, table(row(n, name=name))) for n, name in ((1, "Menunggu"), (2, "Budi")))
    with monkeypatch.context() as patch:
        patch.setattr(Joining, "join", waiting)
        with pytest.raises(Unavailable):
            run(harness)
        harness.settle()
        states = [harness.get(COORDINATOR, each.headers["Location"]).body["state"] for each in (first, second)]
        assert states == ["running", "finished"]
    run(harness)
    assert members(harness) == 2


def test_a_row_of_somebody_erased_meanwhile_stays_taken(harness):
    """Killed before the outcome was recorded: what the row's own command came to is asked, not who is a member now."""
    identity = bring(harness, table(row(1))).body["import"]
    state, _ = harness.parts.commands.state(REGISTRATION_IMPORT, identity)
    (waiting,) = harness.runner._stored(identity)
    assert harness.runner._take(identity, state, waiting).kind == "joined"
    harness.settle()
    (member,) = [fact.data["person"] for fact in harness.facts() if fact.type == "member-joined"]
    harness.post(Actor("person", member), "/v1/me/erasure", {"sure": True})
    run(harness)
    assert members(harness) == 1
    assert harness.claims() == {}
