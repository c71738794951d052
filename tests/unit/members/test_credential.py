from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from hypothesis import strategies as some

from services.kernel.base.problem import NotFound, TooMany
from services.kernel.testing import given
from services.members.domain.credential import (
    CODE_LIFETIME,
    CODES_AN_HOUR,
    LOGIN,
    TOKEN,
    WRONG_CODES,
    EnterCode,
    IssueToken,
    LoginCodeAccepted,
    LoginCodeIssued,
    LoginCodeRejected,
    RequestCode,
    RevokeToken,
    TokenIssued,
    TokenRevoked,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
SOON = AT + timedelta(minutes=1)


def issued(code="one", digest="right", person="ani", at=AT):
    return LoginCodeIssued(code, digest, person, at, at + CODE_LIFETIME)


def test_a_code_is_issued_for_ten_minutes():
    given(LOGIN).when(RequestCode("one", "right", "ani", AT)).then(
        LoginCodeIssued("one", "right", "ani", AT, AT + timedelta(minutes=10))
    )


def test_the_right_code_is_accepted_and_tells_what_it_proves():
    given(LOGIN, issued()).when(EnterCode("right", "reference", SOON)).then(
        LoginCodeAccepted("one", "ani", "reference")
    )


def test_a_code_is_good_once():
    given(LOGIN, issued(), LoginCodeAccepted("one", "ani", None)).when(EnterCode("right", None, SOON)).then()


def test_a_wrong_code_is_counted():
    given(LOGIN, issued()).when(EnterCode("wrong", None, SOON)).then(LoginCodeRejected())


def test_after_ten_minutes_a_code_is_no_longer_good():
    given(LOGIN, issued()).when(EnterCode("right", None, AT + CODE_LIFETIME)).then()


def test_the_first_of_two_codes_is_still_good_for_mail_overtakes_mail():
    history = [issued(), issued("two", "also right", at=SOON)]
    given(LOGIN, *history).when(EnterCode("right", None, SOON)).then(LoginCodeAccepted("one", "ani", None))
    given(LOGIN, *history).when(EnterCode("also right", None, SOON)).then(LoginCodeAccepted("two", "ani", None))


def test_after_five_wrong_codes_the_right_one_is_no_longer_good():
    history = [issued(), *[LoginCodeRejected()] * WRONG_CODES]
    given(LOGIN, *history).when(EnterCode("right", None, SOON)).then()


def test_a_new_code_after_five_wrong_ones_is_good_and_the_old_one_stays_dead():
    history = [issued(), *[LoginCodeRejected()] * WRONG_CODES, issued("two", "new", at=SOON)]
    given(LOGIN, *history).when(EnterCode("new", None, SOON)).then(LoginCodeAccepted("two", "ani", None))
    given(LOGIN, *history).when(EnterCode("right", None, SOON)).then(LoginCodeRejected())


def test_a_login_code_for_an_unknown_contact_is_refused():
    given(LOGIN, issued(person=None)).when(EnterCode("right", None, SOON)).then(LoginCodeRejected())


def test_five_codes_an_hour_are_enough():
    history = [issued(str(n), at=AT + timedelta(minutes=n)) for n in range(CODES_AN_HOUR)]
    with pytest.raises(TooMany) as refused:
        given(LOGIN, *history).when(RequestCode("six", "x", "ani", AT + timedelta(minutes=10)))
    assert refused.value.extensions["retry_after"] == 50 * 60 + 1
    later = AT + timedelta(hours=1)
    assert given(LOGIN, *history).when(RequestCode("six", "x", "ani", later)).events


@hypothesis.given(some.lists(some.tuples(some.booleans(), some.integers(0, 20)), max_size=60))
def test_never_more_than_five_codes_in_any_hour_and_five_guesses_at_each(steps):
    at, history, guesses = AT, [], 0
    for asks, minutes in steps:
        at += timedelta(minutes=minutes)
        command = RequestCode("code", "right", "ani", at) if asks else EnterCode("wrong", None, at)
        try:
            events = given(LOGIN, *history).when(command).events
        except TooMany:
            continue
        history += events
        guesses = 0 if asks else guesses + len(events)
        assert guesses <= WRONG_CODES
        times = [event.at for event in history if isinstance(event, LoginCodeIssued)]
        assert all(
            later - first >= timedelta(hours=1) for first, later in zip(times, times[CODES_AN_HOUR:], strict=False)
        )


TOKEN_ISSUED = TokenIssued("ani", "laptop", "digest", AT, AT + timedelta(days=30))


def test_a_token_is_issued():
    given(TOKEN).when(IssueToken("ani", "laptop", "digest", AT, AT + timedelta(days=30))).then(TOKEN_ISSUED)


def test_a_token_is_issued_once():
    given(TOKEN, TOKEN_ISSUED).when(IssueToken("budi", "x", "other", AT, AT)).then()


def test_a_token_is_revoked_once():
    given(TOKEN, TOKEN_ISSUED).when(RevokeToken(SOON)).then(TokenRevoked(SOON))
    given(TOKEN, TOKEN_ISSUED, TokenRevoked(SOON)).when(RevokeToken(SOON)).then()


def test_a_token_that_was_never_issued_is_not_revoked():
    with pytest.raises(NotFound):
        given(TOKEN).when(RevokeToken(SOON))


def test_a_token_is_good_until_it_expires_or_is_revoked():
    token = given(TOKEN, TOKEN_ISSUED).state
    assert token.is_valid(SOON)
    assert not token.is_valid(AT + timedelta(days=30))
    assert not given(TOKEN, TOKEN_ISSUED, TokenRevoked(SOON)).state.is_valid(SOON)
    assert given(TOKEN).state is None
