"""What a service reads of another's facts is what the other promises: each field is always told, and of that type."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from services.kernel.declare.fact_shapes import FactShapes
from tests.support import golden
from tests.support.promised import unpublished


def read_facts() -> Iterator[tuple[str, type[Any]]]:
    """Every fact that a module of a service, or of what services share, reads, with the dataclass that it reads it as."""
    for room in (*golden.all_services(), "heard"):
        package = importlib.import_module(f"services.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"services.{room}."):
            if not found.name.endswith(".service"):  # loads nameko, which patches sockets
                module = importlib.import_module(found.name)
                for shapes in vars(module).values():
                    if isinstance(shapes, FactShapes):
                        yield from shapes


ALL = sorted(set(read_facts()), key=lambda pair: (pair[0], pair[1].__qualname__))


@pytest.mark.parametrize(("fact", "shape"), ALL, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_the_source_promises_all_that_is_read_of_a_fact(fact: str, shape: type[Any]) -> None:
    source, _, kind = fact.partition(".")
    published = importlib.import_module(f"services.{source}.contract").FACTS[kind]
    assert list(unpublished(shape, published)) == []


def test_the_check_of_fact_shapes_finds_shapes() -> None:
    assert ALL
