"""Forms that can safely be sent twice and cannot be forged by another site.

Each form carries an ``Idempotency-Key`` made when the form was shown, so a second tap, or a reload on a slow
connection, is the same command. Each form also carries a token signed for the visitor, which other sites cannot make
(in addition to the cookie's ``SameSite``).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from gateway.edge.forwarding import read_body, refuse_declared_size
from services.kernel.base.problem import Malformed
from services.kernel.base.signed import NotSigned, OutOfTime, TimedSignature

GOOD_FOR_SECONDS = 24 * 3600
KEY_FIELD, TOKEN_FIELD = "_key", "_token"
FORM_BYTES = 64_000
FIELDS = 400
"""Enough for the longest forms: the choices for all regions of a province, and the competence units of a workshop."""
DIGITS = 9


@dataclass(frozen=True)
class Form:
    """The sent fields and files, and the hidden key and token. ``key`` is "" when missing."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    key: str = ""
    token: str = ""

    def text(self, name: str) -> str:
        """A field without surrounding blanks; "" when missing."""
        return self.fields.get(name, "").strip()

    def whole_number(self, name: str) -> int:
        """The whole number in a field. Raises ``Malformed`` that names the field."""
        text = self.text(name)
        if not text.isdecimal() or len(text) > DIGITS:
            raise Malformed(errors={name: [""]})
        return int(text)

    def filled_numbers(self, *names: str) -> dict[str, int]:
        """The whole numbers of the filled fields. Raises ``Malformed`` that names the field."""
        return {name: self.whole_number(name) for name in names if self.text(name)}

    def filled(self, *names: str) -> dict[str, str]:
        """The texts of the filled fields."""
        return {name: text for name in names if (text := self.text(name))}


class FormTokens:
    """Makes and checks form tokens. ``key`` is the signing secret; ``now`` is the machine's time."""

    def __init__(self, key: str, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._now = now

    def make(self, visitor: str) -> str:
        """A token for a visitor, different each time, so that the size of a compressed page reveals nothing about the
        token.
        """
        return self._signature(visitor).sign(secrets.token_urlsafe(6))

    def is_valid(self, token: str, visitor: str | None) -> bool:
        """Whether the token was made here for this visitor and has not expired."""
        if visitor is None:
            return False
        try:
            self._signature(visitor).read(token)
        except (NotSigned, OutOfTime):
            return False
        return True

    def _signature(self, visitor: str) -> TimedSignature:
        return TimedSignature(self._key, f"jejaring.form.{visitor}", GOOD_FOR_SECONDS, self._now)


async def read_form(request: Request, limit: int = FORM_BYTES) -> Form:
    """The form in a request. Raises ``TooLarge`` and ``Malformed``."""
    refuse_declared_size(request, limit)
    body = await read_body(request, limit)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    try:
        async with Request(request.scope, again).form(max_files=1, max_fields=FIELDS) as sent:
            for name, value in sent.items():
                if isinstance(value, UploadFile):
                    files[name] = await value.read()
                else:
                    fields[name] = value
    except (HTTPException, MultiPartException, ValueError) as error:
        raise Malformed("The form cannot be read.") from error
    return Form(fields, files, fields.pop(KEY_FIELD, ""), fields.pop(TOKEN_FIELD, ""))
