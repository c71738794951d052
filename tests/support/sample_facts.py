"""Facts that tests make up, held to the contract of the service that they are said to come from."""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import Schema

from tests.support import golden


class NoSuchFact(AssertionError):
    """The source tells no fact of this type, or none with these fields."""


@cache
def contract(source: str) -> Mapping[str, Schema]:
    """Fact type → the schema of its data, as the source publishes it."""
    facts: Mapping[str, Schema] = importlib.import_module(f"services.{source}.contract").FACTS
    return facts


def checked(source: str, kind: str, data: Mapping[str, Any], /) -> Mapping[str, Any]:
    """The data of a made-up fact. Raises ``NoSuchFact`` for an unknown type, a missing, an unknown or a wrong field."""
    schema = contract(source).get(kind)
    if schema is None:
        raise NoSuchFact(f"{source} tells no {kind}")
    if wrong := schema.validate(dict(data)):
        raise NoSuchFact(f"{source}.{kind}: {wrong}")
    return data


@cache
def _golden(source: str) -> Mapping[str, Mapping[str, Any]]:
    return {fact.type: fact.data for fact in golden.facts([source], ["golden"])}


def sample(source: str, kind: str, /, **given: Any) -> Mapping[str, Any]:
    """The data of a fact for a test that only looks at the ``given`` fields; the others are those of a golden fact."""
    return checked(source, kind, {**_golden(source)[kind], **given})
