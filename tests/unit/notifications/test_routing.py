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


def test_silenced_deliveries_are_not_sent_unless_urgent() -> None:
    assert refused(PLANNED, Wishes(email=False)) == ("unwanted", "switched-off")
    assert refused(PLANNED, Wishes(off=("registrations",))) == ("unwanted", "matter-off")
    published = replace(PLANNED, kind="activity-published")
    assert refused(published, Wishes(muted=("kediri",))) == ("unwanted", "region-muted")
    # Mail is switched off, and another delivery tells the person of the fact by Telegram.
    assert refused(replace(PLANNED, alone=False), Wishes(email=False, telegram=True)) == ("unwanted", "switched-off")
    urgent = replace(PLANNED, kind="login-code", urgent=True)
    assert route(urgent, Preference(Wishes(email=False)), BOTH, CHANNELS) == ("email", "sri@x.example")


def test_erased_people_and_people_without_an_address_are_not_told() -> None:
    assert refused(PLANNED, Wishes(), replace(BOTH, erased=True)) == ("no-contact", "erased")
    assert refused(PLANNED, Wishes(), replace(BOTH, email=None, telegram=None)) == ("no-contact", "no-email")
    assert refused(replace(PLANNED, refused=("email", "telegram"), reason="550"), Wishes()) == ("failed", "550")


def test_the_present_wish_decides_the_channel() -> None:
    now = Preference(Wishes(email=False, telegram=True))
    assert route(PLANNED, now, BOTH, CHANNELS) == ("telegram", "4711")


@given(
    some.sampled_from(CHANNELS),
    some.booleans(),
    some.booleans(),
    some.sets(some.sampled_from(CHANNELS)),
    some.sets(some.sampled_from(CHANNELS), min_size=1),
)
def test_a_delivery_falls_back_to_another_channel_unless_it_has_a_twin(
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
