"""The read models: one module each."""

from services.events.views.activities import ACTIVITIES
from services.events.views.attendance import ATTENDANCE_LISTS
from services.events.views.board import BOARD
from services.events.views.certificates import CERTIFICATE_LIST
from services.events.views.chat_groups import CHAT_GROUPS
from services.events.views.consents import CONSENTS
from services.events.views.feedback import FEEDBACK_LISTS
from services.events.views.lectures import LECTURES
from services.events.views.materials import MATERIALS
from services.events.views.participation import PARTICIPATION
from services.events.views.polls import POLLS
from services.events.views.problems import PROBLEM_LIST
from services.events.views.questions import QUESTION_LISTS
from services.events.views.regions import REGIONS
from services.events.views.registrations import REGISTRATIONS
from services.events.views.rulebook import RULEBOOK
from services.events.views.topics import TOPICS
from services.events.views.venues import VENUES

VIEWS = (
    *(ACTIVITIES, TOPICS, REGISTRATIONS, ATTENDANCE_LISTS, FEEDBACK_LISTS, VENUES, PARTICIPATION),
    *(POLLS, CHAT_GROUPS, LECTURES, QUESTION_LISTS, CONSENTS),
    *(PROBLEM_LIST, MATERIALS, CERTIFICATE_LIST),
    *(RULEBOOK, BOARD, REGIONS),
)
