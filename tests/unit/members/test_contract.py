from datetime import UTC, datetime

from services.kernel.base.message import Metadata, Recorded
from services.members.contract import tell
from services.members.domain.office import OfficeAssumed

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_an_office_for_all_is_told_under_all():
    event = OfficeAssumed("coordinator", None, "ani", AT, True)
    draft = tell(Recorded(0, 0, "office-coordinator-all", 1, "event-1", event, AT, AT, Metadata("c")))
    assert (draft.subject, draft.region) == ("coordinator.all", None)
