"""By which channel a delivery goes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notifications.domain.contact import CHANNELS
from services.notifications.domain.preference import Preference, Wishes
from services.notifications.sending.delivery import Delivery
from services.notifications.sending.people import Contact
from services.notifications.sending.routing import Unsendable, route
from tests.unit.notifications.facts import START, STARTS

PLANNED = Delivery(
    "d", "f", "sri", "email", "m", "seat-taken", False, START, START, STARTS, START, region="kediri"
)  # fmt: skip
BOTH = Contact("sri", "Sri", "id", "sri@x.example", telegram="4711")


def refused(delivery: Delivery, wishes: Wishes, contact: Contact = BOTH) -> tuple[str, str]:
    with pytest.raises(Unsendable) as caught:
        route(delivery, Preference(wishes), contact, CHANNELS)
    return caught.value.state, caught.value.reason


def test_what_is_switched_off_or_silenced_goes_nowhere_unless_it_is_urgent() -> None:
    assert refused(PLANNED, Wishes(email=False)) == ("unwanted", "switched-off")
    assert refused(PLANNED, Wishes(off=("registrations",))) == ("unwanted", "matter-off")
    published = replace(PLANNED, kind="activity-published")
    assert refused(published, Wishes(muted=("kediri",))) == ("unwanted", "region-muted")
    urgent = replace(PLANNED, kind="login-code", urgent=True)
    assert route(urgent, Preference(Wishes(email=False)), BOTH, CHANNELS) == ("email", "sri@x.example")


def test_who_is_forgotten_or_nowhere_is_told_nothing() -> None:
    assert refused(PLANNED, Wishes(), replace(BOTH, erased=True)) == ("no-contact", "erased")
    assert refused(PLANNED, Wishes(), replace(BOTH, email=None, telegram=None)) == ("no-contact", "no-email")
    assert refused(replace(PLANNED, refused=("email", "telegram"), reason="550"), Wishes()) == ("failed", "550")


def test_who_has_changed_their_mind_meanwhile_is_told_by_what_they_wish_now() -> None:
    now = Preference(Wishes(email=False, telegram=True))
    assert route(PLANNED, now, BOTH, CHANNELS) == ("telegram", "4711")


@given(
    some.sampled_from(CHANNELS),
    some.booleans(),
    some.booleans(),
    some.sets(some.sampled_from(CHANNELS)),
    some.sets(some.sampled_from(CHANNELS), min_size=1),
)
def test_one_working_contact_is_enough_and_a_delivery_with_a_twin_never_takes_its_place(
    planned: str, alone: bool, wishes_both: bool, has: set[str], wished: set[str]
) -> None:
    delivery = replace(PLANNED, channel=planned, alone=alone)
    contact = Contact(
        "sri", "Sri", "id", "sri@x.example" if "email" in has else None, telegram="4711" if "telegram" in has else None
    )
    wishes = Wishes(email="email" in wished or wishes_both, telegram="telegram" in wished or wishes_both)
    try:
        channel, _ = route(delivery, Preference(wishes), contact, CHANNELS)
    except Unsendable:
        assert not (alone and has)
    else:
        assert channel in has
        assert alone or channel == planned
