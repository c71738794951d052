"""The figures of a report, from the services' answers: numbers, dates and names of stages, nothing about any person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any

from gateway.words import instant

PARTS = ("competence", "hours", "visits", "stage", "evidence", "cost")
"""The parts in the order of the report. Mentoring stores a release under these names."""

PARTS_FROM_MEMBERS = ("competence",)
"""The parts whose figures mentoring does not know. Mentoring takes the other parts of a release from its own case."""

MAX_WEEKS = 12
"""A report shows a season; the case keeps the whole history."""

DECISIONS = {
    "operator": "Menetapkan petugas perpustakaan dengan jam kerja yang tetap, dan tidak memindahkannya selama otomasi berjalan.",
    "computers": "Menyediakan komputer untuk layanan peminjaman.",
    "network": "Menyediakan jaringan dan sambungan internet untuk perpustakaan.",
    "power": "Memastikan listrik perpustakaan aman, dengan cadangan untuk komputer layanan.",
    "budget": "Memasukkan perpustakaan ke dalam anggaran sekolah: label, pemeliharaan, dan cadangan data.",
    "support": "Mewajibkan peminjaman lewat perpustakaan dan menugaskan wakil untuk mendampinginya.",
    "training": "Mengizinkan petugas mengikuti gathering dan pelatihan pada jam kerja.",
}
"""The decisions that a library may ask its school for. Decisions about missing conditions are offered first."""


def figures_of(
    case: Mapping[str, Any], competence: Mapping[str, Any] | None, today: date, zone: tzinfo
) -> dict[str, Any]:
    """The current figures of all parts. They contain numbers, dates and ids only, because they are stored permanently.

    ``case`` is the mentorship as its own library sees it. ``competence`` is members' summary of the library's staff;
    with None the part is left out. ``today`` and all other days are days of ``zone``.
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
    """The mean level of each area before and now, over the people rated in the area, to one decimal place."""
    then = {area["area"]: _mean(area) for area in (counted["from"] or {"areas": ()})["areas"]}
    now = counted["to"]
    areas = [{"area": area["area"], "before": then.get(area["area"]), "after": _mean(area)} for area in now["areas"]]
    return {"people": now["people"], "areas": areas, "gained": (counted["gained"] or {"second": 0})["second"]}


def _mean(area: Mapping[str, Any]) -> float | None:
    total = sum(int(level) * people for level, people in area["levels"].items())
    return round(total / area["people"], 1) if area["people"] else None


def day_of(at: str | None, zone: tzinfo) -> str | None:
    """The day in ``zone`` of a time in the API's format; a day is returned unchanged."""
    if at is None or len(at) == len("2026-03-14"):
        return at
    return instant(at).astimezone(zone).date().isoformat()


def suggested_decisions(case: Mapping[str, Any]) -> list[str]:
    """Names of ``DECISIONS``: first those about conditions that the readiness check found missing, then the rest."""
    readiness = case.get("readiness") or {"conditions": []}
    missing = [each["name"] for each in readiness["conditions"] if not each["present"] and each["name"] in DECISIONS]
    return [*missing, *(name for name in DECISIONS if name not in missing)]
