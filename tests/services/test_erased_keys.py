"""Each service destroys its own keys of an erased person, also under the ids of the guests that the person was."""

from collections.abc import Callable

import pytest

from tests.services.events.harness import EventsHarness
from tests.services.mentoring.harness import MentoringHarness
from tests.services.notifications.harness import NotificationsHarness
from tests.support.sample_facts import sample
from tests.support.service_databases import ServiceDatabases
from tests.support.service_harness import ServiceHarness

PERSON, GUEST, OTHER = "sari", "guest-of-sari", "guest-of-nobody"


@pytest.mark.parametrize("smtp", [None, "smtp://127.0.0.1:9"], ids=["without mail", "with mail"])
@pytest.mark.parametrize("kind", [EventsHarness, MentoringHarness, NotificationsHarness])
def test_an_erasure_destroys_the_keys_of_the_person_and_of_the_persons_guests_and_no_other(
    service_databases: ServiceDatabases, kind: Callable[..., ServiceHarness], smtp: str | None
) -> None:
    harness = service_databases.harness(kind, smtp=smtp)
    vault = harness.application.core.vault
    sealed = {owner: vault.seal(owner, f"words of {owner}") for owner in (PERSON, GUEST, OTHER)}
    members = harness.sources["members"]
    members.say("member-erased", PERSON, sample("members", "member-erased", person=PERSON, ids=[PERSON, GUEST]))
    harness.admit(members)
    harness.step_all([reader for reader in harness.application.runner.readers if reader.name == "eraser"])
    opened = {owner: vault.open(owner, text) for owner, text in sealed.items()}
    assert opened == {PERSON: None, GUEST: None, OTHER: f"words of {OTHER}"}
