"""Importing registrations: a dry run, the import, and its progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from services.kernel.base.local_time import local_day
from services.kernel.base.problem import Forbidden, NotFound, Refused
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import fill
from services.kernel.privacy.vault import Erased
from services.members.dependencies import Dependencies
from services.members.domain.registration_import import (
    BAD,
    DIFFERENT,
    JOINED,
    KNOWN,
    REGISTRATION_IMPORT,
    Reason,
    RowOutcome,
    StartImport,
)
from services.members.importing import spreadsheet
from services.members.importing.gazetteer import gazetteer_of
from services.members.importing.import_runner import seal_rows
from services.members.importing.recognition import Recognition
from services.members.importing.registration import Registration, RowReader
from services.members.views.imports import IMPORTS
from services.members.views.regions import REGIONS

routes = Routes()

FILE_BYTES = 5_000_000

REASONS: Mapping[str, str] = {
    Reason.COLUMNS: "Ada isi di luar kolom yang berjudul.",
    Reason.NAME_MISSING: "Nama belum diisi.",
    Reason.TEXT_TOO_LONG: "Nama atau asal sekolah/perpustakaan terlalu panjang.",
    Reason.CONTACT_MISSING: "Alamat email dan nomor HP kosong; isi paling tidak salah satu.",
    Reason.EMAIL_UNREADABLE: "Alamat email tidak dapat dibaca.",
    Reason.PHONE_UNREADABLE: "Nomor HP/WhatsApp tidak dapat dibaca.",
    Reason.LIBRARY_MISSING: "Asal sekolah/perpustakaan belum diisi.",
    Reason.REGION_MISSING: "Wilayah (kab/kota) belum diisi.",
    Reason.REGION_UNKNOWN: "Wilayah (kab/kota) tidak dikenal.",
    Reason.REGION_AMBIGUOUS: "Wilayah belum jelas; tulis Kota atau Kabupaten.",
    Reason.REGION_NOT_YOURS: "Wilayah ini di luar wewenang Anda.",
    Reason.SUBDISTRICT_MISSING: "Kecamatan belum diisi.",
    Reason.SUBDISTRICT_UNKNOWN: "Kecamatan tidak ada di wilayah ini.",
    Reason.DATE_UNREADABLE: "Tanggal tidak dapat dibaca; tulis hari/bulan/tahun.",
    Reason.DATE_IN_THE_FUTURE: "Tanggal masih di masa depan.",
    Reason.TWO_PEOPLE: "Alamat email dan nomor HP milik dua anggota yang berbeda.",
    Reason.NOT_TAKEN: "Baris ini tidak dapat diproses; daftarkan lewat formulir.",
}
"""What the person who brings the file reads."""


@dataclass(frozen=True)
class ImportQuery:
    """``dry_run``: only tell what would happen."""

    dry_run: Annotated[bool, Described("change nothing; only answer what the import would do")] = False


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken, under its number in a spreadsheet, with every reason."""

    row: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class DifferentRow:
    """A row of a known person with other data, of which no part is applied. ``fields`` are the columns that differ."""

    row: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportAnswer:
    """A dry run has all but ``import``, ``state`` and ``joined``, and ``good``: the rows that would make a member. The progress
    of an import has all but ``good``. An import that has just begun has ``import`` alone.
    """

    id: Annotated[str | None, Key("import")] | Unset = UNSET
    state: str | Unset | None = UNSET
    rows: int | Unset = UNSET
    done: int | Unset = UNSET
    good: int | Unset = UNSET
    joined: int | Unset = UNSET
    known: int | Unset = UNSET
    different: int | Unset = UNSET
    bad: tuple[BadRow, ...] | Unset = UNSET
    differences: tuple[DifferentRow, ...] | Unset = UNSET


@routes.post("/v1/members/import", limit=FILE_BYTES, statuses=(200, 202, 400, 403))
def import_members(deps: Dependencies, request: Request[bytes, ImportQuery]) -> Answer[ImportAnswer]:
    """Import members from a CSV file of registrations.

    Needs ``members.import``. With ``dry_run`` nothing is changed, and the answer (200) says what the import would do.
    Otherwise the import is accepted (202) and runs on; ``Location`` is the address of its progress.
    """
    person = request.actor.require_person()
    if not request.actor.may_somewhere("members.import"):
        raise Forbidden(permission="members.import")
    if request.query.dry_run:
        return Answer(_foreseen(deps, _read_table(deps, request)))
    identity = request.new_id("import")
    rows: Sequence[Registration] = ()
    if not deps.commands.known(request.command_id):
        rows = _read_table(deps, request)
        try:
            deps.uploads.store_rows(identity, seal_rows(deps, identity, rows))
        except Erased as error:
            raise Refused(
                "import-is-abandoned", "This import was interrupted long ago; send the file again as a new request."
            ) from error
    commit = request.take(
        REGISTRATION_IMPORT, identity, StartImport(len(rows), person), lambda *_: ImportAnswer(id=identity)
    )
    deps.imports_bell.ring()
    return recorded(commit, 202, location=f"/v1/imports/{identity}")


@routes.get("/v1/imports/{import}", statuses=(200, 404))
def import_progress(deps: Dependencies, request: Request) -> Answer[ImportAnswer]:
    """Show how far an import is, with a report on the rows that were not taken as they are.

    For the person who started the import, and for those who may import everywhere.
    """
    person = request.actor.require_person()
    row = deps.views.get(IMPORTS, request.path["import"])
    if row is None or (row.by != person and not request.actor.may("members.import")):
        raise NotFound
    reports = [RowOutcome(int(number), report.kind, report.about) for number, report in row.reports.items()]
    bad, differences = _bad_rows(reports), _different_rows(reports)
    return Answer(fill(ImportAnswer, row, id=row.identity, good=UNSET, bad=bad, differences=differences))


def _read_table(deps: Dependencies, request: Request[bytes, ImportQuery]) -> Sequence[Registration]:
    gazetteer = gazetteer_of(deps.views.all(REGIONS))
    reader = RowReader(gazetteer, tuple(request.actor.grants["members.import"]), local_day(request.now))
    return [reader.read(row) for row in spreadsheet.read(request.body)]


def _foreseen(deps: Dependencies, rows: Sequence[Registration]) -> ImportAnswer:
    recognition = Recognition(deps.identification, deps.commands, deps.vault)
    outcomes = [recognition.foresee(row) for row in rows]
    kinds = Counter(outcome.kind for outcome in outcomes)
    return ImportAnswer(
        rows=len(rows),
        done=0,
        good=kinds[JOINED],
        known=kinds[KNOWN],
        different=kinds[DIFFERENT],
        bad=_bad_rows(outcomes),
        differences=_different_rows(outcomes),
    )


def _bad_rows(outcomes: Sequence[RowOutcome]) -> tuple[BadRow, ...]:
    return tuple(
        BadRow(outcome.row, tuple(REASONS.get(name, name) for name in outcome.about))
        for outcome in sorted(outcomes, key=lambda outcome: outcome.row)
        if outcome.kind == BAD
    )


def _different_rows(outcomes: Sequence[RowOutcome]) -> tuple[DifferentRow, ...]:
    return tuple(
        DifferentRow(outcome.row, tuple(spreadsheet.usual(name) for name in outcome.about))
        for outcome in sorted(outcomes, key=lambda outcome: outcome.row)
        if outcome.kind == DIFFERENT
    )
