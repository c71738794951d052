"""Adds up the reports of all trials: kills, bounds, times. Writes the page `docs/reference/promises.md`."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from tests.trials.trial_report import Report

CONFIDENCE = 0.95
TARGETS = {"service": 3.0, "gateway": 3.0, "database": 3.0, "broker": 10.0}
"""Seconds from a kill until the part is usable, on a quiet machine."""


def save(report: Report, folder: Path) -> Path:
    """Write a report under a name made of kind and seed; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.name}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(report), indent=1, sort_keys=True), "utf-8")
    part.replace(path)
    return path


def load(folder: Path) -> list[Report]:
    """All reports of a folder, by name."""
    return [Report(**json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]


def upper_bound(losses: int, kills: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided upper bound of a probability of which ``losses`` in ``kills`` trials were seen (Clopper and Pearson 1934).

    Without a loss this is 1 - (1 - confidence)^(1/kills), which is about 3/kills at 95 % (the rule of three).
    """
    if losses >= kills:
        return 1.0
    low, high = losses / kills, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if _at_most(losses, kills, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(losses: int, kills: int, probability: float) -> float:
    """The chance of at most ``losses`` in ``kills``."""
    if probability in (0.0, 1.0):
        return 1.0 - probability
    logs = (
        math.lgamma(kills + 1)
        - math.lgamma(k + 1)
        - math.lgamma(kills - k + 1)
        + k * math.log(probability)
        + (kills - k) * math.log1p(-probability)
        for k in range(losses + 1)
    )
    return math.fsum(math.exp(one) for one in logs)


def kind(name: str) -> str:
    """A service's name is "service"; every other part has its own name."""
    return name if name in ("gateway", "database", "broker", "mailbox", "receiver") else "service"


def recoveries(reports: Iterable[Report]) -> dict[str, list[float]]:
    """Seconds until usable after a kill, by the kind of the killed part, sorted."""
    found: dict[str, list[float]] = defaultdict(list)
    for report in reports:
        for fault in report.faults:
            if fault["kind"] == "kill" and fault["usable"] is not None:
                found[kind(fault["target"])].append(fault["usable"])
    return {name: sorted(seconds) for name, seconds in found.items()}


def summary(reports: Sequence[Report]) -> list[str]:
    """The figures, one sentence a line."""
    kills = Counter[str]()
    for report in reports:
        kills.update(report.kills)
    broken = [report for report in reports if report.findings]
    total = kills.total()
    killed, told = _listed(kills), _listed(_outcomes(reports))
    commits, facts = sum(report.commits for report in reports), sum(report.facts for report in reports)
    mails, webhooks = sum(report.mails for report in reports), sum(report.webhooks for report in reports)
    lines = [
        f"{len(reports)} trials, {total} kills: {killed}",
        f"commands: {told}",
        f"{commits} commits, {facts} facts, {mails} mails, {webhooks} webhooks",
        f"{len(broken)} trials with a broken promise",
    ]
    if total:
        bound = upper_bound(len(broken), total)
        lines.append(f"a kill breaks a promise with a probability of at most {bound:.2g} (95 %, Clopper–Pearson)")
    return lines


def _outcomes(reports: Iterable[Report]) -> Mapping[str, int]:
    counted = Counter[str]()
    for report in reports:
        counted.update(report.outcomes)
    return counted


def page(reports: Sequence[Report]) -> str:
    """The page of the promises. Its figures are those of the reports."""
    total = sum(report.total for report in reports)
    broken = sum(bool(report.findings) for report in reports)
    text = Path(__file__).with_name("promises_page.txt").read_text("utf-8")
    if not reports:
        return text.partition("## Figures")[0] + "## Figures\n\nNo trial has left a report yet.\n"
    figures = {
        "trials": f"{len(reports)}",
        "kills": f"{total}",
        "broken": f"{broken}",
        "bound": f"{upper_bound(broken, total):.2g}" if total else "1",
        "seeds": ", ".join(report.name for report in reports),
        "counted": _counted(reports),
        "times": _times(reports),
    }
    for name, value in figures.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _counted(reports: Sequence[Report]) -> str:
    kills: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for report in reports:
        kills.update(report.kills)
        repeated.update(report.repeated)
        again.update(report.again)
        faults.update(fault["kind"] for fault in report.faults if fault["kind"] != "kill")
    outcomes = _outcomes(reports)
    rows = [
        ("kills", _listed(kills)),
        ("other faults", _listed(faults)),
        ("commands", _listed(outcomes)),
        ("asked again after", _listed(again)),
        ("commits", f"{sum(report.commits for report in reports)}"),
        ("facts", f"{sum(report.facts for report in reports)}"),
        ("mails", f"{sum(report.mails for report in reports)}, sent again under their identity: {repeated['mails']}"),
        ("webhooks", f"{sum(report.webhooks for report in reports)}, sent again: {repeated['webhooks']}"),
    ]
    return "\n".join(f"| {name} | {value} |" for name, value in rows)


def _listed(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items())) or "none"


def _times(reports: Sequence[Report]) -> str:
    rows = []
    for name, seconds in sorted(recoveries(reports).items()):
        if (target := TARGETS.get(name)) is not None:
            within = sum(one <= target for one in seconds)
            rows.append(
                f"| {name} | {len(seconds)} | {median(seconds):.1f} s | {seconds[-1]:.1f} s | {target:g} s | {within} |"
            )
    return "\n".join(rows)
