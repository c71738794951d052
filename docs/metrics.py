"""The page of metrics, read from where they are declared."""

import ast
from collections.abc import Iterator

from docs.source import trees

KINDS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram", "Summary": "summary"}


def page(written: str) -> str:
    """Every metric of services and gateway: its name as Prometheus sees it, its labels, its meaning."""
    rows = [f"| `{name}` | {kind} | {', '.join(labels) or '–'} | {help_} |" for name, kind, labels, help_ in declared()]
    return "\n".join(
        [
            "# Metrics\n",
            written,
            "Each service serves its own at `/metrics` on its own port, the gateway its own at the gateway's; Prometheus' text format.",
            "Services in one process share one registry: the label `service` tells them apart, and asking one port is enough.\n",
            "| name | kind | labels | what it is |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def declared() -> Iterator[tuple[str, str, list[str], str]]:
    """Name, kind, labels and help of each metric declared anywhere."""
    for _path, tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Name(id=kind),
                    args=[ast.Constant(value=str(name)), ast.Constant(value=str(meaning)), *rest],
                ) if kind in KINDS:
                    labels = (
                        [str(ast.literal_eval(element)) for element in getattr(rest[0], "elts", ())] if rest else []
                    )
                    yield f"{name}_total" if kind == "Counter" else name, KINDS[kind], labels, meaning
