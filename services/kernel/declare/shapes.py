"""Shapes of requests and answers that every service has: ids, lines, times, pages.

They annotate a dataclass's fields: ``title: Line``, ``note: Annotated[str, up_to(2000)] | None = None``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import fields as members
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, overload

from marshmallow.validate import Length, Range, Regexp, Validator
from typing_extensions import TypeVar

from services.kernel.declare.route import Answer, Request
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.view import Page

ItemT = TypeVar("ItemT")
ListT = TypeVar("ListT")
RowT = TypeVar("RowT")
_SAYS_SOMETHING = Regexp(r"(?s).*\S", error="Blanks say nothing.")
_NOT_BLANK = Regexp(r"\s*\S", error="Blanks say nothing.")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_IDENTITY = Regexp(_ID, error="Not an id.")
_SLUG = Regexp(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def up_to(longest: int) -> tuple[Validator, ...]:
    """Validators for a text of at most ``longest`` characters that is not empty and not only blanks."""
    return (Length(1, longest), _SAYS_SOMETHING)


def not_blank(longest: int = 200) -> tuple[Validator, ...]:
    """The same as ``up_to``, with the pattern that members and notifications have always published."""
    return (Length(1, longest), _NOT_BLANK)


def _an_identity(text: str) -> None:
    _IDENTITY(text)


Identity: TypeAlias = Annotated[str, _IDENTITY]
"""An id from outside; ``is_identity`` checks the characters."""
Identity80: TypeAlias = Annotated[str, (Length(1, 80), _an_identity)]
"""The same, published as a length, as members has always published it."""
Slug: TypeAlias = Annotated[str, (Length(1, 60), _SLUG)]
"""A short name for use in addresses: small letters, digits, single dashes."""
Line: TypeAlias = Annotated[str, up_to(200)]
"""A line of text, not empty and not only blanks."""
Text: TypeAlias = Annotated[str, not_blank()]
"""The same as ``Line``, as members and notifications publish it."""


@dataclass(frozen=True)
class NoFields:
    """A body that must be empty."""

    component: ClassVar[str] = "Empty"


@dataclass(frozen=True)
class PageQuery:
    """The length of a page, and the cursor after which the page begins. A list's filter extends this class."""

    limit: Annotated[int, Range(1, 100)] = 50
    after: str | None = None


@dataclass(frozen=True)
class OptionalPageQuery:
    """The same as ``PageQuery``, published without a default of the cursor."""

    limit: Annotated[int, Range(1, 100)] = 50
    after: str | Unset = UNSET


@dataclass(frozen=True)
class BoundedPageQuery:
    """The same as ``PageQuery``, published with the cursor's length."""

    limit: Annotated[int, Range(1, 100)] = 50
    after: Annotated[str, Length(1, 500)] | None = None


@dataclass(frozen=True)
class Listing(Generic[ItemT]):
    """The answer of a list: its items and the next cursor.

    OpenAPI calls ``Listing[PollShown]`` a ``PollShownList``; a list with another name is a subclass: ``class
    Inbox(Listing[InboxLine])``.
    """

    suffix: ClassVar[str] = "List"
    items: tuple[ItemT, ...]
    next: str | None = None


def fill(shape: type[ItemT], row: Any, /, **others: Any) -> ItemT:
    """A dataclass with the fields of the same name copied from a row, and the given values for the others."""
    target: Any = shape
    kind: Any = type(row)
    made: ItemT = _filling(target, kind, *others)(row, **others)
    return made


@cache
def _filling(shape: Any, row: Any, *others: str) -> Callable[..., Any]:
    """The call that ``fill`` makes, compiled as if written by hand: copying by name takes twice as long."""
    names = [member.name for member in members(shape)]
    there = {member.name for member in members(row)} - set(others)
    values = [f"{name}={name}" for name in others] + [f"{name}=_row.{name}" for name in names if name in there]
    call = f"lambda _row, {', '.join(others)}: _shape({', '.join(values)})"
    filling: Callable[..., Any] = eval(call, {"_shape": shape})  # noqa: S307 - of names of fields alone
    return filling


def where(**fields_: Any) -> dict[str, Any]:
    """The conditions of a filter for ``Views.find``: all fields that are not ``UNSET``."""
    return {name: value for name, value in fields_.items() if value is not UNSET}


def is_identity(text: str) -> bool:
    """Whether a text may be an id.

    An id becomes part of streams, keys, headers and paths of views, and a dot or a dollar has a special meaning there.
    """
    return _ID.match(text) is not None


@overload
def paged(page: Page[RowT], shown: Callable[[RowT], ItemT]) -> Answer[Listing[ItemT]]: ...


@overload
def paged(
    page: Page[RowT], shown: Callable[[RowT], ItemT], named: Callable[[tuple[ItemT, ...], str | None], ListT]
) -> Answer[ListT]: ...


def paged(page: Page[RowT], shown: Callable[[RowT], ItemT], named: Callable[..., Any] = Listing) -> Answer[Any]:
    """A page of a view as an answer; ``named`` is the class of a list with its own name."""
    return Answer(named(tuple(shown(row) for row in page.items), page.next))


def paging(request: Request[Any, Any]) -> dict[str, Any]:
    """The page that a request asks for, as arguments of ``Views.find``."""
    query = request.query
    return {"limit": query.limit, "after": None if query.after is UNSET else query.after}
