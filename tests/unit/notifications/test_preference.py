"""What a person can choose, and what follows from it."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as some

from services.kernel.base.local_time import local
from services.kernel.testing import given
from services.notifications.domain.matter import MATTERS, REGIONAL, Matter
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import (
    PREFERENCE,
    WEEKDAYS,
    ChoosePreference,
    Preference,
    PreferenceChosen,
    RegionFollowed,
    RegionUnfollowed,
    Wishes,
)
from services.notifications.domain.quiet_hours import QuietHours


def choose(**wishes: Any) -> ChoosePreference:
    return ChoosePreference(asdict(Wishes(**wishes)))


def test_concurrent_choices_of_different_fields_both_hold() -> None:
    first = given(PREFERENCE).when(ChoosePreference({"email": False})).events
    second = given(PREFERENCE, *first).when(ChoosePreference({}, {"topics": "digest"})).events
    wishes = given(PREFERENCE, *first, *second).state.wishes
    assert (wishes.email, wishes.gathered) == (False, ("topics",))


def test_default_is_mail_in_the_language_of_the_membership() -> None:
    state = given(PREFERENCE).state
    assert (state.wishes.language, state.channels, state.quiet) == (None, ("email",), None)
    assert not any(state.gathers(kind) or state.silences(kind, "kediri") for kind in Kind)


def test_a_person_chooses_language_and_channels() -> None:
    given(PREFERENCE).when(choose(language="en", email=False)).then(PreferenceChosen("en", False))
    state = given(PREFERENCE, PreferenceChosen(None, True, telegram=True)).state
    assert state.channels == ("email", "telegram")


def test_choices_stored_before_new_fields_existed_still_hold() -> None:
    assert given(PREFERENCE, PreferenceChosen("en", False)).state == Preference(Wishes("en", False))


def test_the_last_choice_stands() -> None:
    state = given(PREFERENCE, PreferenceChosen("en", False), PreferenceChosen(None, True)).state
    assert state == Preference()


def test_repeating_a_choice_changes_nothing() -> None:
    given(PREFERENCE, PreferenceChosen("en", True)).when(choose(language="en")).then()
    standing = PreferenceChosen(None, True, muted=("blitar", "kediri"))
    given(PREFERENCE, standing).when(choose(muted=("kediri", "blitar", "kediri"))).then()


@pytest.mark.parametrize(
    ("wishes", "rule"),
    [
        ({"language": "jv"}, "language-not-spoken"),
        ({"off": ("weather",)}, "unknown-matter"),
        ({"gathered": ("login-code",)}, "unknown-matter"),
        ({"digest_every": "hour"}, "digest-never"),
        ({"digest_day": "senin"}, "digest-never"),
        ({"quiet_from": "20:00"}, "quiet-hours-open"),
        ({"muted": tuple(f"r{n}" for n in range(51))}, "too-many-regions"),
        ({"muted": ("kediri",), "followed": ("kediri",)}, "region-both-ways"),
    ],
)
def test_a_choice_without_sense_is_refused(wishes: dict[str, Any], rule: str) -> None:
    given(PREFERENCE).when(choose(**wishes)).refused(rule)


def test_a_matter_that_is_off_is_not_gathered() -> None:
    wishes = choose(off=("activities",), gathered=("activities", "topics"))
    given(PREFERENCE).when(wishes).then(PreferenceChosen(None, True, off=("activities",), gathered=("topics",)))


def test_regions_followed_and_left_are_events_of_their_own() -> None:
    before = PreferenceChosen(None, True, followed=("blitar", "nganjuk"))
    after = PreferenceChosen(None, True, followed=("nganjuk", "kediri"))
    given(PREFERENCE, before).when(choose(followed=("kediri", "nganjuk"))).then(
        PreferenceChosen(None, True, followed=("kediri", "nganjuk")),
        RegionUnfollowed("blitar"),
        RegionFollowed("kediri"),
    )
    assert after.followed != before.followed


def test_a_muted_region_silences_its_news_and_no_personal_messages() -> None:
    muted = Preference(Wishes(muted=("kediri",)))
    silenced = {kind for kind in Kind if muted.silences(kind, "kediri")}
    assert silenced == {kind for kind, matter in MATTERS.items() if matter in REGIONAL}
    assert not any(muted.silences(kind, "blitar") for kind in Kind)
    assert {Kind.SEAT_TAKEN, Kind.REMINDER, Kind.CONSULTATION_ANSWERED} & silenced == set()


def test_a_matter_switched_off_silences_its_kinds_alone() -> None:
    off = Preference(Wishes(off=(Matter.CONSULTATIONS,)))
    silenced = {kind for kind in Kind if off.silences(kind, None)}
    assert silenced == {kind for kind, matter in MATTERS.items() if matter is Matter.CONSULTATIONS}


def test_every_matter_has_kinds_and_only_mandatory_kinds_have_no_matter() -> None:
    assert set(MATTERS.values()) == set(Matter)
    free = {
        Kind.LOGIN_CODE,
        Kind.WELCOME,
        Kind.DIGEST,
        Kind.CONTACT_BOUNCED,
        Kind.LECTURE_ANNOUNCED,
        Kind.SUBSCRIPTION_DISABLED,
    }
    assert set(Kind) - set(MATTERS) == free


def test_a_persons_quiet_hours_are_the_chosen_hours() -> None:
    assert Preference(Wishes(quiet_from="12:00", quiet_until="13:30")).quiet == QuietHours(time(12), time(13, 30))


MOMENTS = some.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@supposing(MOMENTS, some.sampled_from(["day", "week"]), some.sampled_from(WEEKDAYS), some.times())
def test_next_digest_lies_ahead_at_its_hour_within_a_day_or_a_week(
    now: datetime, every: str, day: str, at: time
) -> None:
    clock = f"{at.hour:02d}:{at.minute:02d}"
    due = Preference(Wishes(digest_every=every, digest_day=day, digest_at=clock)).next_digest(now)
    assert now < due <= now + timedelta(days=1 if every == "day" else 7)
    assert local(due).strftime("%H:%M") == clock
    assert every == "day" or WEEKDAYS[local(due).weekday()] == day
