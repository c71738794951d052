"""The page of configuration: which variables the program reads is found in its source, what each is for stands here."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docs.source import ROOT, trees

MEANING: Mapping[str, str] = {
    "AMQP_URI": "The broker. `none`: go on without one; facts travel by catch-up.",
    "GATEWAY_PORT": "Where the gateway listens, on 127.0.0.1.",
    "JEJARING_CLOCK": "Domain time: `system`, or `demo:PATH` for a demonstration, moved by `jejaring clock advance`.",
    "JEJARING_COMMUNITY_HOST": "The community's host name. It stands in every fact's `source` and never changes afterwards.",
    "JEJARING_COMMUNITY_NAME": "The name that people read on the pages.",
    "JEJARING_DATABASE_PREFIX": "Each service's database is this and the service's name.",
    "JEJARING_INSTANCE": "The name under which this process holds leases. Two instances of a service need two names; a restart keeps its own.",
    "JEJARING_LOG_LEVEL": "`debug`, `info`, `warning` or `error`.",
    "JEJARING_PUBLIC_URL": "Where people find the gateway.",
    "JEJARING_SECRETS": "The folder with the secret files (below).",
    "JEJARING_TIME_ZONE": "Where the community lives, as `Asia/Jakarta`: its days, weeks and hours, and the times in mails, are local there. Set it once, before the community begins.",
    "JEJARING_WAIT_FACTOR": "Multiplies every deadline of `make run`, the other commands and the tests; for a slow machine. It changes no promise of the services.",
    "MAILBOX_PORT": "Where the mail that `make run` caught is read.",
    "MONGODB_URI": "The database server: a replica set, of one member if need be.",
    "PYTHON3": "Which Python makes `.venv`; 3.11 or newer.",
    "RECEIVER_PORT": "Where the receiver of `make run` takes webhooks, as a partner's system would; a demonstration's alone.",
    "SMTP_URI": "The mail server: `smtp://HOST:PORT`, `smtp+starttls://…`, `smtps://…`, with `USER:PASSWORD@` where it asks. Unset: mails are planned and wait.",
    "TELEGRAM_API": "The Bot API's base address.",
    "TELEGRAM_PORT": "Where the chat groups of `make run` are seen, unless a token is given.",
    "TELEGRAM_TOKEN": "The token of the community's bot, a secret; or the file `telegram.token` beside the secret files. Unset: no Telegram; lectures are led by hand, messages go by mail.",
    "WEBHOOK_ALLOW": "Addresses, with commas between them, that webhooks may go to though they are not public, and without TLS. Refused unless `JEJARING_CLOCK` is a demonstration's.",
    "<SERVICE>_URL": "Where a service listens, and where the others find it: `MEMBERS_URL` (port 8101), `EVENTS_URL` (8102), `MENTORING_URL` (8103), `NOTIFICATIONS_URL` (8104).",
}
SECRETS: Mapping[str, str] = {
    "signing.key": "signs calls between gateway and services",
    "vault.key": "wraps each person's own key; without it no name or contact can be read again",
    "token.key": "derives tokens, login codes and code words",
    "contact.key": "the HMAC under which a contact is claimed; with another one, known contacts are strangers",
}
RUN = ("deploy/configuration.py", "deploy/install.sh")


@dataclass(frozen=True)
class Reading:
    """One place that reads a variable; ``default`` is source text, "" where there is none."""

    variable: str
    path: str
    default: str


def page(written: str) -> str:
    """Every variable, what it is for, and its default under `make run` and otherwise."""
    readings = list(found())
    unknown = {reading.variable for reading in readings} ^ set(MEANING)
    if unknown:
        message = f"docs/configuration.py and the code disagree about {', '.join(sorted(unknown))}"
        raise LookupError(message)
    rows = [
        f"| `{name}` | {meaning} | {_default(readings, name, run=False)} | {_default(readings, name, run=True)} |"
        for name, meaning in MEANING.items()
    ]
    return "\n".join(
        [
            "# Configuration\n",
            written,
            "Everything is an environment variable; there is no configuration file. `make run` gives the services what it chose;",
            "`jejaring serve`, `jejaring gateway` and the operator's commands read the environment that they are started in.\n",
            "| variable | what it is | default | under `make run` |",
            "|---|---|---|---|",
            *rows,
            "\n## Secret files\n",
            "In `JEJARING_SECRETS`: 32 random bytes each, as 64 hexadecimal digits, the folder 0700 and the files 0600. `make run` makes",
            "them once under `var/keys` and never replaces one. Back them up, and apart from the database.\n",
            "| file | for |",
            "|---|---|",
            *(f"| `{name}` | {purpose} |" for name, purpose in SECRETS.items()),
            "",
        ]
    )


def found() -> Iterator[Reading]:
    """Every place in the program that reads an environment variable by a name that is written there."""
    for path, tree in trees():
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=where, attr="get"), args=[name, *rest]) if _is_environment(
                    where
                ):
                    yield from _reading(name, path, rest[0] if rest else _alternative(parents[node]))
                case ast.Call(func=ast.Name(), args=[where, ast.Constant() as name, default]) if _is_environment(where):
                    yield from _reading(name, path, default)
                case ast.Subscript(value=where, slice=name) if _is_environment(where):
                    yield from _reading(name, path, None)
    for script in ("deploy/install.sh",):
        for name, default in re.findall(r"\$\{([A-Z][A-Z0-9_]+):-([^}]*)\}", (ROOT / script).read_text("utf-8")):
            yield Reading(name, script, default)


def _is_environment(node: ast.expr) -> bool:
    return ast.unparse(node) in {"environment", "os.environ"}


def _reading(name: ast.expr, path: str, default: ast.expr | None) -> Iterator[Reading]:
    match name:
        case ast.Constant(value=str(variable)):
            yield Reading(variable, path, _text(default))
        case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value="_URL")]):
            yield Reading("<SERVICE>_URL", path, _text(default))


def _alternative(parent: ast.AST) -> ast.expr | None:
    return parent.values[-1] if isinstance(parent, ast.BoolOp) else None


def _text(default: ast.expr | None) -> str:
    match default:
        case None | ast.Constant(value=None):
            return ""
        case ast.Constant(value=value):
            return str(value)
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else _placeholder(part) for part in parts)
    return ast.unparse(default)


def _placeholder(part: ast.expr) -> str:
    inner = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ""
    known = {
        "ports.HOST": "127.0.0.1",
        "port": "PORT",
        "PORTS[service]": "PORT",
        "community_host": "JEJARING_COMMUNITY_HOST",
    }
    return known.get(inner, inner.replace("data / ", "DATA/").replace("'", ""))


def _default(readings: list[Reading], name: str, *, run: bool) -> str:
    defaults = {reading.default for reading in readings if reading.variable == name and (reading.path in RUN) == run}
    defaults.discard("")
    shown = {default.replace("data / ", "DATA/").replace("'", "") for default in defaults}
    return " or ".join(f"`{default}`" for default in sorted(shown)) or "–"
