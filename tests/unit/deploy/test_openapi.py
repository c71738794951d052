"""OpenAPI: the fragments that the gateway forwards by, and the texts for the developers of web clients."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from deploy.commands.open_service import ROOMS, definition_of, installed_services
from gateway.api.openapi import merged
from gateway.edge.surface import METHODS, read_fragments
from services.kernel.http.openapi import fragment_text, operation_description
from tests.unit.house.tree import assert_no_offences

VERBS = frozenset(
    [
        "accept",
        "activate",
        "add",
        "adopt",
        "answer",
        "approve",
        "ask",
        "assign",
        "begin",
        "cancel",
        "change",
        "check",
        "choose",
        "close",
        "confirm",
        "consent",
        "correct",
        "count",
        "designate",
        "disable",
        "download",
        "enable",
        "end",
        "erase",
        "find",
        "give",
        "hand",
        "hide",
        "import",
        "issue",
        "join",
        "list",
        "log",
        "make",
        "mark",
        "merge",
        "move",
        "name",
        "offer",
        "open",
        "pass",
        "plan",
        "propose",
        "publish",
        "put",
        "raise",
        "rate",
        "read",
        "record",
        "register",
        "release",
        "remove",
        "reopen",
        "replace",
        "report",
        "request",
        "revoke",
        "say",
        "send",
        "show",
        "stop",
        "submit",
        "subscribe",
        "unlink",
        "verify",
        "vote",
        "withdraw",
        "write",
    ]
)
"""The words that a summary begins with. A further verb may join."""
PAGE = {"limit", "after"}
"""The parameters of every list, from the kernel's ``PageQuery``."""


@pytest.mark.parametrize("name", installed_services())
def test_a_services_fragment_is_what_its_routes_say(name: str) -> None:
    kept = (ROOMS / name / "openapi.json").read_text("utf-8")
    assert kept == fragment_text(definition_of(name)), "run: python -m deploy.cli openapi write"


def test_each_summary_is_an_instruction_that_begins_with_a_verb() -> None:
    assert_no_offences(
        f"{where}: {operation['summary']}"
        for where, operation in operations()
        if operation["summary"].split()[0].lower() not in VERBS
    )


def test_each_query_parameter_is_described() -> None:
    assert_no_offences(
        f"{where}: {parameter['name']}"
        for where, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["name"] not in PAGE and not parameter.get("description")
    )


def test_the_paragraphs_of_a_docstring_after_the_first_are_the_description() -> None:
    def decide_topic() -> None:
        """Accept or decline a topic.

        Needs ``topics.decide`` in
        the topic's region.

        Declining needs a reason.
        """

    text = "Needs ``topics.decide`` in the topic's region.\n\nDeclining needs a reason."
    assert operation_description(decide_topic) == {"description": text}


def test_a_docstring_of_one_paragraph_gives_no_description() -> None:
    def show_topic() -> None:
        """Show one topic."""

    assert operation_description(show_topic) == {}


@pytest.mark.parametrize(
    ("path", "method", "sentence"),
    [
        ("/v1/topics/{topic}/decision", "post", "Needs ``topics.decide``"),
        ("/v1/me/dashboard", "get", "``warnings`` says so"),
    ],
    ids=["a service's operation", "the gateway's own operation"],
)
def test_the_published_document_holds_the_descriptions(path: str, method: str, sentence: str) -> None:
    assert sentence in document()["paths"][path][method]["description"]


def document() -> Mapping[str, Any]:
    return merged(read_fragments(ROOMS, installed_services()), "Contoh")


def operations() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Method and path, and the operation, of each operation in the published document."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation
