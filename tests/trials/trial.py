"""One trial: a stack, clients, faults; then all is healed, comes to rest, and is judged."""

from __future__ import annotations

import hashlib
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pymongo

from deploy.waiting import wait_until
from tests.trials import setting
from tests.trials.checker import evidence
from tests.trials.checker.findings import Finding
from tests.trials.checker.judge import judge
from tests.trials.clients import REGION, Client, Request, Visitor
from tests.trials.history import History
from tests.trials.nemesis import Nemesis
from tests.trials.stack import HEARS, PREFIX, Stack
from tests.trials.trial_report import Report

CLIENTS = 5
REST_SECONDS = 150.0
ASKED_AGAIN = 40
WAITING = ("planned", "sending")


def run(folder: Path, seed: int, kills: int | None, say: Callable[[str], None]) -> Report:
    """Play one trial in an empty folder. ``kills`` None is a quick trial, otherwise a full one.

    Raises ``DeadlinePassed`` if the stack does not heal or come to rest.
    """
    report, begun, worked = Report(seed, full=kills is not None), time.monotonic(), _processor_seconds()
    people: dict[str, str] = {}
    with Stack(folder).running() as stack:
        history = History(folder / "history.jsonl")
        community = setting.prepare(stack, history, people)
        say(f"seed {seed}: the stack is set after {time.monotonic() - begun:.0f} s")
        nemesis = Nemesis(stack, seed, history.now, lambda: history.answered)
        visitors = [
            Visitor(number, seed, _client(stack, history, people, seed), community) for number in range(CLIENTS)
        ]
        for visitor in visitors:
            visitor.start()
        try:
            nemesis.quick() if kills is None else nemesis.full(kills)
        finally:
            for visitor in visitors:
                visitor.stop()
        for visitor in visitors:
            visitor.join(180)
        broken = [visitor.broken for visitor in visitors if visitor.broken]
        assert not broken, broken
        assert not any(visitor.is_alive() for visitor in visitors), "a client is still waiting"
        rested = time.monotonic()
        _rest(stack)
        report.rest = round(time.monotonic() - rested, 1)
        _ask_again(stack, history, people, seed)
        _rest(stack)
        history.close()
        faults = [fault.as_json() for fault in nemesis.faults]
        asked = evidence.Setting(HEARS, setting.TYPES, str(REGION["region"]), len(faults))
        found = evidence.read(folder, stack.database.uri, PREFIX, asked)
    report.kills, report.faults = dict(nemesis.kills), faults
    _sum_up(report, found, judge(found), folder)
    report.seconds = round(time.monotonic() - begun, 1)
    report.processor = round(_processor_seconds() - worked, 1)
    return report


def _processor_seconds() -> float:
    """Of this process, and of its children that have ended."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _rest(stack: Stack) -> None:
    """Wait until nothing is on its way, three seconds long."""
    calm = 0
    moving: list[str] = []

    def calm_for_three_seconds() -> bool:
        nonlocal calm, moving
        moving = stack.at_rest()
        if not moving and (waiting := _waiting(stack)):
            moving = [f"{waiting} deliveries wait"]
        calm = 0 if moving else calm + 1
        assert not moving, moving
        return calm >= 4

    wait_until(calm_for_three_seconds, REST_SECONDS, "the stack to come to rest", 1.0)


def _waiting(stack: Stack) -> int:
    with pymongo.MongoClient[dict[str, Any]](stack.database.uri, timeoutMS=10_000) as client:
        return client[f"{PREFIX}notifications"]["deliveries"].count_documents({"state": {"$in": WAITING}})


def _ask_again(stack: Stack, history: History, people: dict[str, str], seed: int) -> None:
    """Repeat some answered commands under their keys. Their answers must be those of the first time."""
    dice = random.Random(f"{seed}/again")
    tokens = {person: token for token, person in people.items()}
    answered = [one for one in evidence.history(stack.folder / "history.jsonl") if one.outcome in ("ok", "refused")]
    client = _client(stack, history, people, seed)
    for one in dice.sample(answered, min(ASKED_AGAIN, len(answered))):
        request = Request(one.command, one.service, one.method, one.path, tokens[one.caller], one.body)
        client.ask(request, one.key)
    client.close()


def _client(stack: Stack, history: History, people: Mapping[str, str], seed: int) -> Client:
    return Client(stack.services.url("gateway"), history, people, random.Random(seed))


def _sum_up(report: Report, found: evidence.Evidence, findings: list[Finding], folder: Path) -> None:
    report.outcomes = dict(Counter(command.outcome for command in found.history))
    report.again = dict(Counter(str(status) for command in found.history for status in command.again))
    report.commits = sum(len(service.commits) for service in found.services.values())
    report.facts = sum(len(commit["facts"]) for service in found.services.values() for commit in service.commits)
    mails = Counter(mail.delivery for mail in found.mails)
    arrivals = Counter(arrival.id for arrival in found.arrivals)
    report.mails, report.webhooks = len(mails), len(arrivals)
    report.repeated = {
        "mails": sum(mails.values()) - len(mails),
        "webhooks": sum(arrivals.values()) - len(arrivals),
    }
    report.digest = hashlib.sha256((folder / "history.jsonl").read_bytes()).hexdigest()
    report.findings = [f"{finding.promise}: {finding.what}" for finding in findings]
