"""The import of members from CSV: first a preview that changes nothing, then the import with its progress.

Between the two steps the file waits in memory. When the file is gone, the visitor chooses it again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.edge.forwarding import raise_problem
from gateway.web.pages import Page
from gateway.web.visit import Visit
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Forbidden, Malformed

FILE_BYTES = 5_000_000
FORM_BYTES = FILE_BYTES + 10_000
FILES_KEPT = 4
ROWS_SHOWN = 200
RUNNING = "running"


class Uploads:
    """The files of the latest previews, by person and content; at most ``FILES_KEPT``."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def keep(self, person: str, content: bytes) -> str:
        """Keep a file. Returns the name under which the person finds the file."""
        name = hashlib.sha256(content).hexdigest()
        self._files[person, name] = content
        self._files.move_to_end((person, name))
        while len(self._files) > FILES_KEPT:
            self._files.popitem(last=False)
        return name

    def find(self, person: str, name: str) -> bytes | None:
        """The file, or None when the file is gone."""
        return self._files.get((person, name))


async def import_form(visit: Visit) -> Response:
    visit.require_person()
    if not visit.may_somewhere("members.import"):
        raise Forbidden
    return visit.render("import.html", result=None, file="", rows_shown=ROWS_SHOWN)


def preview(uploads: Uploads) -> Page:
    """The page with the result of a dry run: the counts and the rows with problems."""

    async def attempt(visit: Visit) -> Response:
        person = visit.require_person()
        form = await visit.form(FORM_BYTES)
        content = form.files.get("file", b"")
        if not content.strip():
            raise Malformed(errors={"file": [""]})
        reply = await visit.upload("/v1/members/import", content, form.key, dry_run="true")
        raise_problem(reply)
        visit.form_key = ""
        result: Mapping[str, Any] = reply.document
        return visit.render("import.html", result=result, file=uploads.keep(person, content), rows_shown=ROWS_SHOWN)

    return attempt


def start(uploads: Uploads) -> Page:
    """The form target that starts the import of the good rows."""

    async def attempt(visit: Visit) -> Response:
        person = visit.require_person()
        form = await visit.form()
        content = uploads.find(person, form.text("file"))
        if content is None:
            raise Malformed(errors={"file": [""]})
        reply = await visit.upload("/v1/members/import", content, derived_id(form.key, "import"))
        raise_problem(reply)
        return visit.redirect(f"/pengurus/impor/{reply.document['import']}")

    return attempt


async def progress(visit: Visit) -> Response:
    """The progress of an import. The page reloads until the import is finished."""
    visit.require_person()
    progress = await visit.get(f"/v1/imports/{visit.parameter('import')}")
    return visit.render(
        "import_progress.html", progress=progress, finished=progress["state"] != RUNNING, rows_shown=ROWS_SHOWN
    )
