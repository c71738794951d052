"""Ids of people in the states of process managers."""

from __future__ import annotations

from typing import TypeAlias

People: TypeAlias = tuple[str, ...]
"""Ids of persons and guests, in the order in which the manager heard of them."""


def added(people: People, *more: str | None) -> People:
    """The people, then new people of ``more``. None stands for no person."""
    return (*people, *dict.fromkeys(person for person in more if person and person not in people))


def removed(people: People, person: str) -> People:
    """The people without one person."""
    return tuple(other for other in people if other != person)
