"""The read models of mentoring."""

from typing import Any

from services.kernel.declare.view import View
from services.mentoring.views.consultations import CONSULTATIONS
from services.mentoring.views.exchange import EXCHANGE
from services.mentoring.views.frameworks import FRAMEWORKS
from services.mentoring.views.gatherings import GATHERINGS
from services.mentoring.views.libraries import LIBRARIES
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.offices import OFFICES
from services.mentoring.views.participants import PARTICIPANTS
from services.mentoring.views.practice import PRACTICE
from services.mentoring.views.regions import REGIONS
from services.mentoring.views.reports import REPORTS
from services.mentoring.views.rulebook import RULEBOOK
from services.mentoring.views.visits import VISITS

VIEWS: tuple[View[Any], ...] = (
    *(RULEBOOK, OFFICES, REGIONS, PARTICIPANTS),
    *(LIBRARIES, PRACTICE, FRAMEWORKS, GATHERINGS, MENTORSHIPS, VISITS, REPORTS),
    *(CONSULTATIONS, EXCHANGE),
)
