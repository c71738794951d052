"""Importing registrations: a dry run that tells what would happen, and the import with its progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.local_time import local_day
from services.kernel.base.problem import Forbidden, NotFound, Refused
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.privacy.vault import Erased
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
from services.members.parts import Parts
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
"""What the person who brings the file is told."""


class ImportQuery(Schema):
    """``dry_run``: only tell what would happen."""

    dry_run = fields.Boolean(load_default=False)


class BadRow(Schema):
    """A row that cannot be taken, under the number that a spreadsheet shows, and every reason why."""

    row = fields.Integer(required=True)
    reasons = fields.List(fields.String(), required=True)


class DifferentRow(Schema):
    """A row of somebody who is known with other data; nothing of it is applied. ``fields`` are the columns that differ."""

    row = fields.Integer(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")


class ImportAnswer(Schema):
    """What would happen (``state`` null), or how far it is. ``good``: rows that make or made a member."""

    id = fields.String(data_key="import", allow_none=True)
    state = fields.String(allow_none=True)
    rows = fields.Integer(required=True)
    done = fields.Integer(required=True)
    good = fields.Integer()
    joined = fields.Integer()
    known = fields.Integer()
    different = fields.Integer()
    bad = fields.List(fields.Nested(BadRow))
    differences = fields.List(fields.Nested(DifferentRow))


@routes.post(
    "/v1/members/import",
    query=ImportQuery(),
    answer=ImportAnswer(),
    raw=True,
    limit=FILE_BYTES,
    statuses=(200, 202, 400, 403),
)
def import_members(parts: Parts, request: Request) -> Answer:
    """Bring a table of registrations.

    With ``dry_run`` it only tells what the import would do.
    """
    person = request.actor.require_person()
    if not request.actor.may_somewhere("members.import"):
        raise Forbidden(permission="members.import")
    if request.query["dry_run"]:
        return Answer(_foreseen(parts, _read(parts, request)))
    identity = request.new_id("import")
    rows: Sequence[Registration] = ()
    if not parts.commands.known(request.command_id):
        rows = _read(parts, request)
        try:
            parts.uploads.keep(identity, seal_rows(parts, identity, rows))
        except Erased as error:
            raise Refused("import-is-abandoned", "this request was cut off long ago; bring the file anew") from error
    command = StartImport(len(rows), person)
    commit = request.take(REGISTRATION_IMPORT, identity, command, answer=lambda _state, _events: {"import": identity})
    parts.imports_bell.ring()
    return recorded(commit, 202, location=f"/v1/imports/{identity}")


@routes.get("/v1/imports/{import}", answer=ImportAnswer(), statuses=(200, 404))
def import_progress(parts: Parts, request: Request) -> Answer:
    """How far an import is.

    Shown to the person who brought the table, and to those who may import everywhere.
    """
    person = request.actor.require_person()
    key = request.path["import"]
    document = parts.views.get(IMPORTS, key)
    if document is None or (document["by"] != person and not request.actor.may("members.import")):
        raise NotFound
    reports = [RowOutcome(int(row), told["kind"], tuple(told["about"])) for row, told in document["reports"].items()]
    counts = {name: document[name] for name in ("state", "rows", "done", "joined", "known", "different")}
    return Answer({"import": key, **counts, **_reported(reports)})


def _read(parts: Parts, request: Request) -> Sequence[Registration]:
    gazetteer = gazetteer_of(parts.views.all(REGIONS))
    reader = RowReader(gazetteer, tuple(request.actor.grants["members.import"]), local_day(request.now))
    return [reader.read(row) for row in spreadsheet.read(request.body)]


def _foreseen(parts: Parts, rows: Sequence[Registration]) -> dict[str, Any]:
    recognition = Recognition(parts.identification, parts.commands, parts.vault)
    outcomes = [recognition.foresee(row) for row in rows]
    kinds = Counter(outcome.kind for outcome in outcomes)
    counts = {"good": kinds[JOINED], "known": kinds[KNOWN], "different": kinds[DIFFERENT]}
    return {"rows": len(rows), "done": 0, **counts, **_reported(outcomes)}


def _reported(outcomes: Sequence[RowOutcome]) -> dict[str, Any]:
    ordered = sorted(outcomes, key=lambda outcome: outcome.row)
    return {
        "bad": [
            {"row": outcome.row, "reasons": [REASONS.get(name, name) for name in outcome.about]}
            for outcome in ordered
            if outcome.kind == BAD
        ],
        "differences": [
            {"row": outcome.row, "fields": [spreadsheet.usual(name) for name in outcome.about]}
            for outcome in ordered
            if outcome.kind == DIFFERENT
        ],
    }
