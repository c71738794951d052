"""Contacts in a form for comparing: one spelling for each e-mail address and each phone number.

Pure and idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

from services.kernel.base.problem import Malformed

EMAIL = "email"
PHONE = "phone"
TELEGRAM = "telegram"
COUNTRY = "ID"
COUNTRY_CODE = "62"
EMAIL_CHARACTERS = 254
PHONE_CHARACTERS = 40

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_NOTE = re.compile(r"\([^)0-9]*\)|\b(?:wa|whatsapp|hp|telp?|telepon)\b[.:]?", re.IGNORECASE)
_PHONE = re.compile(r"'?(\+?)([0-9(][0-9 .()/\u00a0\u2010-\u2015\-]*)")


class Unreadable(ValueError):
    """The text is neither an e-mail address nor a phone number. The error carries no part of the text."""


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """``kind`` is ``email`` or ``phone``; ``value`` the one spelling (E.164 for a phone number)."""

    kind: str
    value: str


def email(text: str) -> Contact:
    """The contact of an e-mail address: lower case, no space around it. Raises ``Unreadable``."""
    value = text.strip().lower()
    if len(value) > EMAIL_CHARACTERS or not _EMAIL.fullmatch(value):
        raise Unreadable("not an e-mail address")
    return Contact(EMAIL, value)


def phone(text: str) -> Contact:
    """The contact of a phone number, Indonesian unless it says otherwise, in E.164.

    Reads 0812-…, +62 812…, 62812…, 812… and notes beside the number such as "(WA)". Raises ``Unreadable``.
    """
    if len(text) > PHONE_CHARACTERS:
        raise Unreadable("not a phone number")
    match = _PHONE.fullmatch(_NOTE.sub(" ", text).strip())
    if match is None:
        raise Unreadable("not a phone number")
    digits = re.sub(r"[^0-9]", "", match[2])
    international = match[1] or digits.startswith(COUNTRY_CODE)
    try:
        number = phonenumbers.parse(f"+{digits}" if international else digits, COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise Unreadable("not a phone number") from error
    if not phonenumbers.is_valid_number(number):
        raise Unreadable("not a phone number")
    return Contact(PHONE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def contact(text: str) -> Contact:
    """The contact in a field for both: an e-mail address if the text has an @, else a phone number. Raises
    ``Unreadable``.
    """
    return email(text) if "@" in text else phone(text)


def given_contact(read: Callable[[str], Contact], field: str, value: str | None) -> Contact | None:
    """The contact in a field of a request, None where none is given. Raises ``Malformed`` naming the field."""
    if value is None:
        return None
    try:
        return read(value)
    except Unreadable as error:
        raise Malformed(errors={field: [f"This is {error}."]}) from error
