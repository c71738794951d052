"""Takes the rows of imports, some at a time, until each row has an outcome.

The stored rows (``uploads``) are the work, and the import's stream holds the progress, so this reader needs no
checkpoint. Each row joins under ids derived from import and row. After a crash between joining and recording, the row
is taken again, and its command is known. A row that fails gets the failure as its outcome, and an import that waits
does not delay other imports.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo.errors import PyMongoError

from services.kernel.base.bell import Bell
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.base.problem import StillRunning, Unavailable
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.log.log import Commit
from services.members.dependencies import Dependencies
from services.members.domain.person import PERSON, Join
from services.members.domain.registration_import import (
    BAD,
    JOINED,
    REGISTRATION_IMPORT,
    Reason,
    RecordRows,
    RegistrationImport,
    RowOutcome,
)
from services.members.importing.recognition import Recognition
from services.members.importing.registration import Registration, rows_of_text, text_of_rows
from services.members.importing.uploads import Waiting

log = logging.getLogger(__name__)
ROWS_AT_ONCE = 20
ABANDONED_AFTER = timedelta(days=1)
TRANSIENT = (PyMongoError, Unavailable, StillRunning)


def key_owner(identity: str) -> str:
    """The owner of an import's own key in the vault."""
    return f"import-{identity}"


def seal_rows(deps: Dependencies, identity: str, registrations: Sequence[Registration]) -> str:
    """The rows in the stored form. Raises ``vault.Erased`` after the end of the import."""
    return deps.vault.seal(key_owner(identity), text_of_rows(registrations))


class ImportRunner:
    """A reader over the stored rows; see ``reader.Reader``."""

    name = "import_runner"

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._rows: tuple[str, list[Registration]] = ("", [])

    def step(self, lease: int) -> int:
        """Take some rows of each import. Only one instance holds the lease; a second instance would do no harm.

        Raises the error that keeps an import waiting, mostly transient, after all other work is done.
        """
        del lease
        done, failed = 0, None
        for waiting in self._deps.uploads.waiting_imports():
            try:
                done += self._advance(waiting)
            except Exception as error:
                log.warning("an import waits", exc_info=error, extra={"import": waiting.identity})
                failed = error
        if failed is not None and not done:
            raise failed
        return done

    def lag(self) -> int:
        """The number of unfinished imports."""
        return len(self._deps.uploads.waiting_imports())

    def bell(self) -> Bell:
        """Rings when rows have been stored in this process."""
        return self._deps.imports_bell

    def _advance(self, waiting: Waiting) -> int:
        identity = waiting.identity
        state, _ = self._deps.commands.state(REGISTRATION_IMPORT, identity)
        if state is None:
            return self._end(identity) if self._abandoned(waiting.kept) else 0
        if state.finished:
            return self._end(identity)
        rows = [row for row in self._stored(identity) if row.row > state.last][:ROWS_AT_ONCE]
        outcomes = tuple(self._take(identity, state, row) for row in rows)
        if not outcomes:
            return self._end(identity)
        self._record(identity, state, outcomes)
        return len(outcomes)

    def _take(self, identity: str, state: RegistrationImport, row: Registration) -> RowOutcome:
        try:
            return self._joined(identity, state, row)
        except TRANSIENT:
            raise
        except Exception as error:
            log.warning("a row cannot be taken", exc_info=error, extra={"import": identity, "row": row.row})
        # Refused: another person joined with the same contact between the judgement and the command.
        return self._recognised(row) or RowOutcome(row.row, BAD, (Reason.NOT_TAKEN,))

    def _recognised(self, row: Registration) -> RowOutcome | None:
        return Recognition(self._deps.identification, self._deps.commands, self._deps.vault).outcome_without_member(row)

    def _joined(self, identity: str, state: RegistrationImport, row: Registration) -> RowOutcome:
        deps = self._deps
        command_id = derived_id("import-row", identity, row.row)
        # Ask for the command first: a row that has joined would be recognised as a known member, or as new after an erasure.
        standing = deps.log.outcome(command_id)
        if standing is not None and standing.refused is None:
            return RowOutcome(row.row, JOINED)
        if (outcome := self._recognised(row)) is not None:
            return outcome
        assert row.applicant is not None

        def take(person: str, command: Join) -> Commit:
            meta = Metadata(correlation=identity, actor=state.by)
            return deps.commands.take(PERSON, CommandEnvelope(command, person, command_id, meta))

        deps.joining.join(row.applicant, derived_id("member", identity, row.row), "import", take)
        return RowOutcome(row.row, JOINED)

    def _record(self, identity: str, state: RegistrationImport, outcomes: tuple[RowOutcome, ...]) -> None:
        order = CommandEnvelope(
            command=RecordRows(outcomes),
            identity=identity,
            command_id=derived_id("import-rows", identity, outcomes[0].row),
            meta=Metadata(correlation=identity, actor=state.by),
        )
        self._deps.commands.take(REGISTRATION_IMPORT, order)

    def _end(self, identity: str) -> int:
        """Destroy the key first: leftover rows then cannot be read."""
        self._rows = ("", [])
        self._deps.vault.destroy(key_owner(identity))
        self._deps.uploads.delete_rows(identity)
        return 1

    def _stored(self, identity: str) -> Sequence[Registration]:
        if self._rows[0] != identity:
            opened = self._deps.vault.open(key_owner(identity), self._deps.uploads.find_rows(identity))
            self._rows = (identity, rows_of_text(opened or "[]"))
        return self._rows[1]

    def _abandoned(self, kept: datetime) -> bool:
        """Whether the rows are left over from a request that was cut off and never repeated."""
        return self._deps.machine.now() - kept > ABANDONED_AFTER
