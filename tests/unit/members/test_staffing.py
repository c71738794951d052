from services.kernel.testing import given
from services.members.domain.staffing import STAFFING, FirstStaffNoted, NoteStaff

FIRST = FirstStaffNoted("ani")


def test_the_first_at_a_library_is_so_once_for_all():
    given(STAFFING).when(NoteStaff("ani", vouched=False)).then(FIRST)
    given(STAFFING, FIRST).when(NoteStaff("ani", vouched=False)).then()
    given(STAFFING, FIRST).when(NoteStaff("budi", vouched=False)).refused("colleague-vouches")


def test_whom_somebody_vouches_for_is_the_first_too_where_nobody_was():
    given(STAFFING).when(NoteStaff("ani", vouched=True)).then(FIRST)
    given(STAFFING, FIRST).when(NoteStaff("budi", vouched=True)).then()
