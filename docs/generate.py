"""Writes `docs/reference/` from the code, so that it cannot say anything else than the code does.

    .venv/bin/python -m docs.generate

A test keeps what is checked in equal to what this writes. `protocol-trials.md` beside it is written by hand.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

import click
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from deploy.commands.open_service import ROOMS, definition_of, installed_services
from docs import configuration, metrics
from gateway.api.openapi import merged
from gateway.edge.surface import METHODS, read_fragments
from services.kernel.base.message import Event
from services.kernel.declare.process import DeadlinePassed

REFERENCE = Path(__file__).parent / "reference"
WRITTEN = "Written by `python -m docs.generate`; change the code, not this page.\n"
KINDS: Mapping[type[fields.Field[Any]], str] = {
    fields.String: "text",
    fields.Integer: "whole number",
    fields.Float: "number",
    fields.Boolean: "true or false",
    fields.AwareDateTime: "time (RFC 3339)",
}


def facts_and_events() -> str:
    """Each service's facts with their fields, and the events of its log."""
    lines = [
        "# Facts and events\n",
        WRITTEN,
        "A *fact* is what a service tells the others; its fields are a promise: one may join, none changes its meaning. An *event*",
        "is what a service decided, in its own log, and nobody else's business.\n",
        "On the bus, in the feed and in a webhook a fact is one CloudEvent, byte for byte the same:",
        "type `id.jejaring.<service>.<fact>.v1`, routing key `<service>.<fact>` on the exchange `jejaring.events`.\n",
    ]
    for name in installed_services():
        contract = importlib.import_module(f"services.{name}.contract")
        listeners = [other for other in installed_services() if name in definition_of(other).sources]
        lines += [f"## {name}\n", f"Heard by: {', '.join(listeners) or 'nobody'}.\n"]
        if contract.FACTS:
            lines += ["| fact | data |", "|---|---|"]
            lines += [f"| `{kind}` | {_shape(schema)} |" for kind, schema in sorted(contract.FACTS.items())]
        else:
            lines.append("It tells no facts.")
        lines += ["", f"### Events of {name}\n", "| aggregate | event | version | data |", "|---|---|---|---|"]
        lines += [*_events(name), ""]
    return "\n".join(lines)


def _shape(schema: Schema) -> str:
    return " · ".join(f"`{name}` {_kind(field)}" for name, field in schema.fields.items())


def _kind(field: fields.Field[Any]) -> str:
    match field:
        case fields.List():
            kind = f"list of {_kind(field.inner)}"
        case fields.Nested():
            kind = f"({_shape(field.schema)})"
        case _:
            kind = next(text for known, text in KINDS.items() if isinstance(field, known))
    choices = [str(choice) for rule in field.validators if isinstance(rule, OneOf) for choice in rule.choices]
    return kind + (f": {', '.join(choices)}" if choices else "") + (" or null" if field.allow_none else "")


def _events(service: str) -> Iterator[str]:
    registered = definition_of(service).registry.names()
    for path in sorted((ROOMS / service / "domain").glob("*.py")):
        module = importlib.import_module(f"services.{service}.domain.{path.stem}")
        for name, found in vars(module).items():
            if inspect.isclass(found) and issubclass(found, Event) and found.__module__ == module.__name__:
                if name not in registered:
                    message = f"{name} of {service} is in no registry"
                    raise LookupError(message)
                yield f"| {path.stem} | `{name}` | {found.schema} | {_data(found)} |"
    if DeadlinePassed.__name__ in registered:
        # The kernel's own; every service whose managers set deadlines has it.
        yield f"| (deadlines) | `DeadlinePassed` | {DeadlinePassed.schema} | {_data(DeadlinePassed)} |"


def _data(event: type[Event]) -> str:
    dataclass: Any = event
    return " · ".join(f"`{field.name}` {_annotation(field.type)}" for field in fields_of(dataclass)) or "none"


def _annotation(written: Any) -> str:
    """As it is written in the class; a bar would end the table's cell."""
    text = written if isinstance(written, str) else getattr(written, "__name__", str(written))
    return text.replace(" | None", " or none").replace(" | ", " or ")


def http_routes() -> str:
    """Every public operation, from the services' fragments and the gateway's own compositions."""
    document = merged(read_fragments(ROOMS, installed_services()), "Jejaring")
    lines = [
        "# HTTP\n",
        WRITTEN,
        "All of it is at the gateway, which serves the same as `/openapi.json` and, to read, as `/docs`. A write needs an",
        "`Idempotency-Key`; errors are `application/problem+json`; a field in **bold** is required.\n",
    ]
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                groups.setdefault(operation["tags"][0], []).append(_row(method, path, operation, document))
    for tag, rows in sorted(groups.items()):
        lines += [f"## {tag}\n", "| | path | does | takes | answers |", "|---|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(method: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    query = [f"`?{given['name']}=`" for given in operation.get("parameters", ()) if given["in"] == "query"]
    content = operation.get("requestBody", {}).get("content", {})
    body = (
        "a CSV file" if "text/csv" in content else _fields(content.get("application/json", {}).get("schema"), document)
    )
    status = next(code for code in operation["responses"] if code != "default")
    takes = " ".join([*query, body]).strip()
    return f"| {method.upper()} | `{path}` | {operation['summary']} | {takes} | {status} |"


def _fields(schema: Mapping[str, Any] | None, document: Mapping[str, Any]) -> str:
    if not schema:
        return ""
    resolved = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    required = resolved.get("required", ())
    return " ".join(f"**{name}**" if name in required else name for name in resolved.get("properties", {}))


PAGES: Mapping[str, Callable[[], str]] = {
    "facts-and-events.md": facts_and_events,
    "http.md": http_routes,
    "configuration.md": lambda: configuration.page(WRITTEN),
    "metrics.md": lambda: metrics.page(WRITTEN),
}


@click.command()
def main() -> None:
    """Write docs/reference/ anew from the code."""
    for name, page in PAGES.items():
        path, text = REFERENCE / name, page()
        changed = not path.exists() or path.read_text("utf-8") != text
        if changed:
            path.write_text(text, "utf-8")
        click.echo(f"{name:<24} {'written' if changed else 'unchanged'}")


if __name__ == "__main__":
    main()
