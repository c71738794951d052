"""Ordered lists in a document, changed inside the update that the view's guard protects.

``view.adding`` keeps a sorted set of strings. The functions here keep the order of the events, so use them only in
views of one log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kernel.declare.view import Expression


def appending(path: str, item: Any) -> Expression:
    """The list at ``path`` (empty if missing) with the item at its end."""
    return Expression({"$concatArrays": [{"$ifNull": [f"${path}", []]}, [{"$literal": item}]]})


def dropping(path: str, item: str) -> Expression:
    """The list of strings at ``path`` without the item, in the same order."""
    return Expression(_those(path, {"$ne": ["$$this", {"$literal": item}]}))


def exchanging(path: str, item: str, other: str) -> Expression:
    """The list of strings at ``path`` with ``other`` in place of the item."""
    exchanged = {"$cond": [{"$eq": ["$$this", {"$literal": item}]}, {"$literal": other}, "$$this"]}
    return Expression({"$map": {"input": {"$ifNull": [f"${path}", []]}, "in": exchanged}})


def replacing(path: str, match: Mapping[str, str], item: Mapping[str, Any]) -> Expression:
    """The list of objects at ``path`` without the objects whose fields equal ``match``, and with the item at its
    end.
    """
    return Expression({"$concatArrays": [_those(path, _unlike(match)), [{"$literal": dict(item)}]]})


def without(path: str, match: Mapping[str, str]) -> Expression:
    """The list of objects at ``path`` without the objects whose fields equal ``match``."""
    return Expression(_those(path, _unlike(match)))


def _unlike(match: Mapping[str, str]) -> dict[str, Any]:
    same = [{"$eq": [f"$$this.{name}", {"$literal": value}]} for name, value in match.items()]
    return {"$not": [{"$and": same}]}


def _those(path: str, condition: Any) -> dict[str, Any]:
    return {"$filter": {"input": {"$ifNull": [f"${path}", []]}, "cond": condition}}
