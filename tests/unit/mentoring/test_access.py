"""What opens a library's case: the server's key, links, installation and passwords."""

from dataclasses import replace

import pytest

from services.kernel.testing import given
from services.mentoring.domain.access import (
    AccessCommand,
    ConfirmRotation,
    EvidenceKeyIssued,
    InstallationNoted,
    IssueEvidenceKey,
    LinkMade,
    MakeLink,
    NoteInstallation,
    PasswordsRotated,
)
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import MentorshipClosed
from tests.unit.mentoring.sample_cases import LIBRARY, OPENED, after

KEY, KEY_ISSUED = IssueEvidenceKey("d1", "sri"), EvidenceKeyIssued("d1", "sri")
LINK, LINK_MADE = MakeLink("d2", after(4), "sri"), LinkMade("d2", after(4), "sri")
NOTE, NOTED = NoteInstallation("9.6", "school", "mira"), InstallationNoted("9.6", "school", "mira")


@pytest.mark.parametrize(("command", "event"), [(KEY, KEY_ISSUED), (LINK, LINK_MADE), (NOTE, NOTED)])
def test_a_repeated_command_changes_nothing(command: AccessCommand, event: object) -> None:
    given(MENTORSHIP, OPENED).when(command).then(event)
    given(MENTORSHIP, OPENED, event).when(command).then()


def test_a_new_key_replaces_the_old_key_and_a_new_link_joins_the_old_link() -> None:
    given(MENTORSHIP, OPENED, KEY_ISSUED).when(replace(KEY, digest="d3")).then(replace(KEY_ISSUED, digest="d3"))
    assert given(MENTORSHIP, OPENED, KEY_ISSUED, replace(KEY_ISSUED, digest="d3")).state.evidence_key == "d3"
    links = given(MENTORSHIP, OPENED, LINK_MADE, LinkMade("d4", after(5), "sri")).state.links
    assert links == {"d2": after(4), "d4": after(5)}


def test_each_changed_password_is_named_once_and_none_is_no_rotation() -> None:
    opened = given(MENTORSHIP, OPENED)
    opened.when(ConfirmRotation(("wifi", "slims", "wifi"), "sri")).then(PasswordsRotated(("slims", "wifi"), "sri"))
    opened.when(ConfirmRotation((), "sri")).then()


def test_a_closed_case_opens_nothing_and_takes_nothing_more() -> None:
    closed = given(MENTORSHIP, OPENED, KEY_ISSUED, LINK_MADE, MentorshipClosed(LIBRARY, "moved", "rani"))
    assert (closed.state.evidence_key, closed.state.links) == (None, {})
    for command in (KEY, LINK, NOTE, ConfirmRotation(("wifi",), "sri")):
        closed.when(command).refused("mentorship-closed")
