"""The texts of a report, in plain Indonesian, for the page and the PDF.

A school head has three minutes. So each part starts with one sentence to remember; the figures and their source follow.
Figures stated by people and figures measured by machines are never added up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date

from gateway.labels import STAGES
from gateway.reports.figures import DECISIONS, PARTS
from gateway.words import Words

WORDS = Words("id")
STATED, MEASURED = "dinyatakan petugas", "diukur mesin"
AREAS = {
    "a": "Pengelolaan perpustakaan",
    "b": "Teknologi informasi",
    "c": "Komunikasi",
    "d": "Kepribadian",
    "e": "Ilmu lain yang mendukung",
}
"""The five areas of the paper (Rumani 2014)."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part. ``table`` has rows of cells, the first row being the header; ``components`` are components of the
    accreditation.
    """

    part: str
    title: str
    sentences: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    components: tuple[str, ...] = ()


@cache
def components() -> Mapping[str, Sequence[str]]:
    """Part → components of the accreditation instrument."""
    document = json.loads((Path(__file__).parent / "accreditation.json").read_text("utf-8"))
    found: Mapping[str, Sequence[str]] = document["components"]
    return found


def sections(figures: Mapping[str, Any], parts: Sequence[str]) -> list[Section]:
    """The sections of the released parts, in order. Parts without figures are left out."""
    wanted = [part for part in PARTS if part in parts and figures.get(part)]
    return [_WRITERS[part](figures[part], tuple(components().get(part, ()))) for part in wanted]


def decisions(names: Sequence[str]) -> list[str]:
    """The sentences of the decisions; unknown names are left out."""
    return [DECISIONS[name] for name in names if name in DECISIONS]


def day(at: str) -> str:
    """``14 Maret 2026``."""
    return format_date(date.fromisoformat(at), "d MMMM y", locale="id")


def rupiah(amount: int) -> str:
    """``Rp1.250.000``."""
    return f"Rp{WORDS.number(amount)}"


def _competence(figures: Mapping[str, Any], named: tuple[str, ...]) -> Section:
    areas = [area for area in figures["areas"] if area["after"] is not None]
    rows = [
        (
            AREAS.get(area["area"], area["area"]),
            "–" if area["before"] is None else WORDS.number(area["before"]),
            WORDS.number(area["after"]),
        )
        for area in areas
    ]
    compared = [area for area in areas if area["before"] is not None]
    grown = [area for area in compared if area["after"] > area["before"]]
    people, first = figures["people"], len(areas) - len(compared)
    # Growth needs an earlier rating.
    if grown:
        told = f"Dari {people} petugas, kemampuan naik di {len(grown)} dari lima bidang kompetensi pustakawan."
    elif compared or not areas:
        told = f"{people} petugas sudah dinilai; belum ada kenaikan yang tercatat sejak pendampingan dimulai."
    else:
        told = f"{people} petugas sudah dinilai; belum ada penilaian sebelumnya untuk dibandingkan."
    sentences = (
        told,
        *([f"{first} bidang dinilai pertama kali."] if first else []),
        "Angka 1 sampai 4: 1 mengenal, 4 mampu membimbing orang lain. Penilaian oleh penilai kedua didahulukan.",
    )
    table = (("Bidang", "Awal", "Sekarang"), *rows) if rows else ()
    return Section(
        "competence",
        "Kemampuan petugas",
        sentences,
        table,
        "penilaian oleh penilai kedua; jika belum ada, penilaian diri",
        named,
    )


def _hours(figures: Mapping[str, Any], named: tuple[str, ...]) -> Section:
    sentences = (f"Komunitas mendampingi selama {WORDS.number(figures['hours'])} jam, tanpa biaya.",)
    return Section("hours", "Waktu pendampingan", sentences, (), "catatan kunjungan pendamping", named)


def _visits(figures: Mapping[str, Any], named: tuple[str, ...]) -> Section:
    hours = WORDS.number(round(figures["minutes"] / 60, 1))
    sentences = (f"{figures['count']} kunjungan atau sesi, seluruhnya {hours} jam.",)
    return Section("visits", "Kunjungan", sentences, (), "catatan kunjungan pendamping", named)


def _stage(figures: Mapping[str, Any], named: tuple[str, ...]) -> Section:
    standing = STAGES.get(figures["stage"], figures["stage"])
    sentences = [f"Otomasi perpustakaan berada pada tahap “{standing}”."]
    if figures["pilot"]:
        sentences.append("Perpustakaan ini menjadi percontohan komunitas.")
    if figures["smooth_since"]:
        sentences.append(
            f"Berjalan lancar sejak {day(figures['smooth_since'])}, disepakati pendamping dan perpustakaan."
        )
    elif figures["live_since"]:
        sentences.append(f"Peminjaman lewat SLiMS sejak {day(figures['live_since'])}; sedang dalam masa pembuktian.")
    rows = [
        (STAGES.get(entry["stage"], entry["stage"]), day(entry["at"]), f"{entry['days']} hari")
        for entry in figures["history"]
    ]
    table = (("Tahap", "Dicapai", "Lamanya"), *rows)
    return Section("stage", "Tahap otomasi", tuple(sentences), table, "catatan pendampingan", named)


def _evidence(figures: Mapping[str, Any], named: tuple[str, ...]) -> Section:
    rows = [(WORDS.week(week["week"]), _count(week["stated"]), _count(week["measured"])) for week in figures["loans"]]
    stated = sum(week["stated"] or 0 for week in figures["loans"])
    measured = sum(week["measured"] or 0 for week in figures["loans"])
    good = [each for each in figures["backups"] if each["ok"]]
    # The sentence names the weeks, because a bare number would be taken for the whole period.
    counted = f"{stated} {STATED}, {measured} {MEASURED}. Keduanya tidak dijumlahkan."
    told = f"Peminjaman dalam {len(rows)} minggu terakhir: {counted}"
    sentences = [told if rows else "Belum ada peminjaman yang tercatat."]
    if good:
        last = max(good, key=lambda each: str(each["made"]))
        source = MEASURED if last["source"] == "measured" else STATED
        sentences.append(f"Cadangan data terakhir tanpa kesalahan: {day(last['made'])} ({source}).")
    else:
        sentences.append("Belum ada cadangan data tanpa kesalahan.")
    table = (("Minggu", STATED.capitalize(), MEASURED.capitalize()), *rows) if rows else ()
    return Section("evidence", "Bukti layanan", tuple(sentences), table, f"{STATED}; {MEASURED}", named)


def _cost(figures: Mapping[str, Any], named: tuple[str, ...]) -> Section:
    sentences = (
        f"Pendampingan yang sama oleh tenaga ahli berbayar bernilai sekitar {rupiah(figures['rupiah'])}.",
        f"Dihitung {rupiah(figures['rupiah_an_hour'])} per jam, tarif yang dinyatakan komunitas sejak {day(figures['since'])}.",
    )
    return Section("cost", "Biaya yang dihemat", sentences, (), "tarif dinyatakan komunitas", named)


def _count(value: int | None) -> str:
    return "–" if value is None else str(value)


_WRITERS = {
    "competence": _competence,
    "hours": _hours,
    "visits": _visits,
    "stage": _stage,
    "evidence": _evidence,
    "cost": _cost,
}
