import contextlib

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.members.identity.contact import Contact, Unreadable, contact, email, phone

WAYS = ["0812-3456-7890", "+62 812 3456 7890", "6281234567890", "81234567890", "0812 3456 7890 (WA)"]


@pytest.mark.parametrize(
    "written", [*WAYS, "'081234567890", "+62 (812) 3456-7890", "WA: 0812.3456.7890", "+62 0812 3456 7890"]
)
def test_all_spellings_of_a_phone_number_are_one_contact(written):
    assert phone(written) == Contact("phone", "+6281234567890")


@pytest.mark.parametrize(
    "written", ["", "-", "tidak ada", "12345", "0812", "8.12346E+11", "081234567890 / 085712345678", "+62", "0" * 41]
)
def test_a_text_that_is_no_phone_number_is_refused(written):
    with pytest.raises(Unreadable):
        phone(written)


def test_a_number_from_abroad_stays_so():
    assert phone("+31 6 12345678").value == "+31612345678"


def test_a_landline_of_the_region_is_a_phone_number():
    assert phone("(0354) 123456").value == "+62354123456"


@pytest.mark.parametrize("written", ["Ani@Contoh.example", "  ani@contoh.EXAMPLE "])
def test_all_spellings_of_an_email_address_are_one_contact(written):
    assert email(written) == Contact("email", "ani@contoh.example")


@pytest.mark.parametrize(
    "written",
    [
        "ani",
        "ani@",
        "@contoh.example",
        "ani@contoh",
        "a ni@contoh.example",
        "ani@@contoh.example",
        "ani@-x.id",
        "a" * 250 + "@x.id",
    ],
)
def test_a_text_that_is_no_address_is_refused(written):
    with pytest.raises(Unreadable):
        email(written)


def test_one_field_takes_either():
    assert contact("ani@contoh.example").kind == "email"
    assert contact("0812-3456-7890").kind == "phone"


NUMBERS = (
    some.integers(10**8, 10**10 - 1)
    .map(lambda rest: f"8{rest}")
    .filter(lambda national: phonenumbers.is_valid_number(phonenumbers.parse(national, "ID")))
)


@given(NUMBERS)
def test_every_number_has_always_one_spelling_in_five_ways(national):
    ways = [f"0{national}", f"+62 {national}", f"62{national}", national, f"0{national[:4]} {national[4:]} (WA)"]
    assert {phone(way).value for way in ways} == {f"+62{national}"}


@given(some.text(alphabet="0123456789+-() .WAwa", max_size=30))
def test_normalising_a_phone_number_twice_is_normalising_it_once(text):
    try:
        once = phone(text)
    except Unreadable:
        return
    assert phone(once.value) == once


@given(some.emails() | some.text(max_size=20))
def test_normalising_an_address_twice_is_normalising_it_once(text):
    try:
        once = email(text)
    except Unreadable:
        return
    assert email(once.value) == once


@given(some.text(max_size=60))
def test_whatever_is_typed_is_a_contact_or_unreadable(text):
    with contextlib.suppress(Unreadable):
        assert contact(text).value


def test_an_error_shows_nothing_of_what_was_typed():
    with pytest.raises(Unreadable) as told:
        contact("ani@rahasia")
    assert "rahasia" not in str(told.value)
