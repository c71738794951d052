"""Ordered lists in a document, changed inside the update that the view's guard protects.

``view.adding`` keeps a sorted set of strings; these keep the order in which things happened, so they are for
views of one log only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kernel.declare.plain import DOCUMENT
from services.kernel.declare.view import Expression


def appending(path: str, item: Any) -> Expression:
    """The list at ``path`` (empty where there is none) with the item, a plain value or a dataclass, at its end."""
    return Expression({"$concatArrays": [{"$ifNull": [f"${path}", []]}, [{"$literal": DOCUMENT.write(item)}]]})


def dropping(path: str, item: str) -> Expression:
    """The list of strings at ``path`` without the item, in its order."""
    return Expression(_those(path, {"$ne": ["$$this", {"$literal": item}]}))


def exchanging(path: str, item: str, other: str) -> Expression:
    """The list of strings at ``path`` with another in the place of the item."""
    exchanged = {"$cond": [{"$eq": ["$$this", {"$literal": item}]}, {"$literal": other}, "$$this"]}
    return Expression({"$map": {"input": {"$ifNull": [f"${path}", []]}, "in": exchanged}})


def replacing(path: str, match: Mapping[str, str], item: Mapping[str, Any]) -> Expression:
    """The list of objects at ``path`` without those whose fields equal ``match``, and with the item at its end."""
    return Expression({"$concatArrays": [_those(path, _unlike(match)), [{"$literal": dict(item)}]]})


def without(path: str, match: Mapping[str, str]) -> Expression:
    """The list of objects at ``path`` without those whose fields equal ``match``."""
    return Expression(_those(path, _unlike(match)))


def _unlike(match: Mapping[str, str]) -> dict[str, Any]:
    same = [{"$eq": [f"$$this.{name}", {"$literal": value}]} for name, value in match.items()]
    return {"$not": [{"$and": same}]}


def _those(path: str, condition: Any) -> dict[str, Any]:
    return {"$filter": {"input": {"$ifNull": [f"${path}", []]}, "cond": condition}}
