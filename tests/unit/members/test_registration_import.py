import hypothesis
import pytest
from hypothesis import strategies as some

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.members.domain.registration_import import (
    BAD,
    DIFFERENT,
    JOINED,
    KNOWN,
    REGISTRATION_IMPORT,
    ImportFinished,
    ImportStarted,
    RecordRows,
    RowOutcome,
    RowsTaken,
    StartImport,
)

STARTED = ImportStarted(3, "ani")
TWO = (RowOutcome(2, JOINED), RowOutcome(3, BAD, ("name-missing",)))
TWO_TAKEN = RowsTaken(TWO, done=2, joined=1, known=0, different=0, bad=1)


def test_an_import_starts_once():
    given(REGISTRATION_IMPORT).when(StartImport(3, "ani")).then(STARTED)
    given(REGISTRATION_IMPORT, STARTED).when(StartImport(3, "ani")).then()


def test_rows_are_taken_and_counted():
    given(REGISTRATION_IMPORT, STARTED).when(RecordRows(TWO)).then(TWO_TAKEN)


def test_the_last_row_finishes_the_import():
    given(REGISTRATION_IMPORT, STARTED, TWO_TAKEN).when(RecordRows((RowOutcome(4, KNOWN),))).then(
        RowsTaken((RowOutcome(4, KNOWN),), done=3, joined=1, known=1, different=0, bad=1), ImportFinished()
    )


def test_a_row_has_one_outcome_the_first():
    given(REGISTRATION_IMPORT, STARTED, TWO_TAKEN).when(RecordRows((RowOutcome(2, KNOWN), RowOutcome(3, KNOWN)))).then()


def test_an_import_that_was_never_started_takes_no_rows():
    with pytest.raises(NotFound):
        given(REGISTRATION_IMPORT).when(RecordRows(TWO))


@hypothesis.given(some.data())
def test_each_row_counts_once_however_often_the_import_is_cut_off(data):
    rows = data.draw(some.integers(1, 30))
    kinds = [data.draw(some.sampled_from([JOINED, KNOWN, DIFFERENT, BAD])) for _ in range(rows)]
    outcomes = [RowOutcome(number, kind) for number, kind in enumerate(kinds, 2)]
    history = [ImportStarted(rows, "ani")]
    while not given(REGISTRATION_IMPORT, *history).state.finished:
        first = data.draw(some.integers(0, given(REGISTRATION_IMPORT, *history).state.done))
        chunk = tuple(outcomes[first : first + 7])
        history += given(REGISTRATION_IMPORT, *history).when(RecordRows(chunk)).events
    state = given(REGISTRATION_IMPORT, *history).state
    assert state.counts == tuple(kinds.count(kind) for kind in (JOINED, KNOWN, DIFFERENT, BAD))
    assert [row.row for event in history if isinstance(event, RowsTaken) for row in event.outcomes] == [
        outcome.row for outcome in outcomes
    ]
