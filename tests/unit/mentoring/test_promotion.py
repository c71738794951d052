from services.kernel.declare.process import Dispatch
from services.mentoring.domain.consultation_messages import ConsultationPromoted, ConsultationResolved
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import OpenMentorship
from services.mentoring.processes.promotion import PROMOTION
from tests.support.sample_community import KEDIRI
from tests.unit.mentoring.sample_cases import LIBRARY
from tests.unit.mentoring.sample_events import recorded

ASKED = {"region": KEDIRI, "title": "How does one begin with SLiMS?", "library": LIBRARY}


def test_a_promoted_consultation_opens_the_case_it_names() -> None:
    event = ConsultationPromoted("sri", KEDIRI, LIBRARY.id, "m", "rani")
    fact = recorded("consultation-c", event)
    assert PROMOTION.concerned(fact) == ["c"]
    command = OpenMentorship(LIBRARY, "slims", "slims-1", "rani", None, "consultation", "c")
    assert PROMOTION.reaction({}, fact).commands == [Dispatch(MENTORSHIP, "m", command)]
    assert not PROMOTION.concerned(recorded("consultation-c", ConsultationResolved.__new__(ConsultationResolved)))
