"""The read models of mentoring: one file each."""

from services.kernel.view import View
from services.mentoring.views.offices import OFFICES
from services.mentoring.views.participants import PARTICIPANTS
from services.mentoring.views.regions import REGIONS
from services.mentoring.views.rulebook import RULEBOOK

VIEWS: tuple[View, ...] = (
    *(RULEBOOK, OFFICES, REGIONS, PARTICIPANTS),
)  # fmt: skip
