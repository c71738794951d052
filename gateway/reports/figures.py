"""From the services' answers to the figures of a report: numbers, dates and names of stages, nothing about any person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any

from gateway.words import instant

PARTS = ("competence", "hours", "visits", "stage", "evidence", "cost")
"""In the order in which a report shows them; the names that mentoring keeps a release under."""

PARTS_FROM_MEMBERS = ("competence",)
"""The parts that mentoring does not know by itself; the rest of a release it takes from the case."""

MAX_WEEKS = 12
"""A report shows a season; the whole history stays in the case."""

DECISIONS = {
    "operator": "Menetapkan petugas perpustakaan dengan jam kerja yang tetap, dan tidak memindahkannya selama otomasi berjalan.",
    "computers": "Menyediakan komputer untuk layanan peminjaman.",
    "network": "Menyediakan jaringan dan sambungan internet untuk perpustakaan.",
    "power": "Memastikan listrik perpustakaan aman, dengan cadangan untuk komputer layanan.",
    "budget": "Memasukkan perpustakaan ke dalam anggaran sekolah: label, pemeliharaan, dan cadangan data.",
    "support": "Mewajibkan peminjaman lewat perpustakaan dan menugaskan wakil untuk mendampinginya.",
    "training": "Mengizinkan petugas mengikuti gathering dan pelatihan pada jam kerja.",
}
"""What a school may be asked to decide. The library chooses; what readiness found missing is offered first."""


def figures_of(
    case: Mapping[str, Any], competence: Mapping[str, Any] | None, today: date, zone: tzinfo
) -> dict[str, Any]:
    """The figures of all parts as they stand: numbers, dates and ids alone, for they are kept for good.

    ``case`` is the mentorship as its own library sees it, ``competence`` what members count for the library's staff, None
    where it could not be had: then there is no such part. ``today`` and all other days are those of ``zone``.
    """
    loans = case["evidence"]["loans"][-MAX_WEEKS:]
    figures: dict[str, Any] = {
        "period": {"from": day_of(case["opened"], zone), "to": today.isoformat()},
        "hours": {"hours": case["hours"]},
        "visits": {"count": case["visits"], "minutes": case["minutes"]},
        "stage": {
            "stage": case["stage"],
            "pilot": case["pilot"],
            "history": [
                {"stage": entry["stage"], "at": day_of(entry["at"], zone), "days": entry["days"]}
                for entry in case["history"]
            ],
            "live_since": day_of(case["live_since"], zone),
            "smooth_since": day_of(case["smooth_since"], zone),
        },
        "evidence": {
            "loans": [
                {"week": week["week"], "stated": week.get("stated"), "measured": week.get("measured")} for week in loans
            ],
            "backups": [
                {"made": day_of(each["made"], zone), "ok": each["ok"], "source": each["source"]}
                for each in case["evidence"]["backups"]
            ],
        },
        "cost": {
            "rupiah": case["cost"]["rupiah"],
            "rupiah_an_hour": case["cost"]["rupiah_an_hour"],
            "since": case["cost"]["since"],
        },
    }
    if competence is not None:
        figures["competence"] = _competence(competence)
    return figures


def _competence(counted: Mapping[str, Any]) -> dict[str, Any]:
    """The mean level of each area then and now, over those who are rated in it, to one decimal."""
    then = {area["area"]: _mean(area) for area in (counted["from"] or {"areas": ()})["areas"]}
    now = counted["to"]
    areas = [{"area": area["area"], "before": then.get(area["area"]), "after": _mean(area)} for area in now["areas"]]
    return {"people": now["people"], "areas": areas, "gained": (counted["gained"] or {"second": 0})["second"]}


def _mean(area: Mapping[str, Any]) -> float | None:
    total = sum(int(level) * people for level, people in area["levels"].items())
    return round(total / area["people"], 1) if area["people"] else None


def day_of(at: str | None, zone: tzinfo) -> str | None:
    """The day in ``zone`` of a time as the API tells it; a day stays as it is."""
    if at is None or len(at) == len("2026-03-14"):
        return at
    return instant(at).astimezone(zone).date().isoformat()


def suggested_decisions(case: Mapping[str, Any]) -> list[str]:
    """What readiness found missing, as names of ``DECISIONS``; the rest of them behind it."""
    readiness = case.get("readiness") or {"conditions": []}
    missing = [each["name"] for each in readiness["conditions"] if not each["present"] and each["name"] in DECISIONS]
    return [*missing, *(name for name in DECISIONS if name not in missing)]
