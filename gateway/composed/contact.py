"""The contact of a guest: a name, and how an answer reaches the guest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_load

NO_TEXT = "Not a valid string."


def text(**options: Any) -> fields.String:
    """A text field of a JSON body; ``null`` is refused."""
    return fields.String(error_messages={"null": NO_TEXT, **options.pop("error_messages", {})}, **options)


class Contact(Schema):
    """A JSON body with a contact. Empty texts are treated as missing fields."""

    name = text()
    email = text()
    phone = text()

    @pre_load
    def _leave_out_empty(self, document: Mapping[str, Any], **_context: Any) -> dict[str, Any]:
        return {name: value for name, value in document.items() if value != ""}


CONTACT = tuple(Contact().fields)
"""The fields of a contact. Guest ids are derived from the values in this order, so the order never changes."""
