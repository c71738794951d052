"""How this service reacts to events and facts: one module a process manager."""

from services.events.processes.departure import DEPARTURE
from services.events.processes.host_follow_up import HOST_FOLLOW_UP
from services.events.processes.lecture_room import LECTURE_ROOM
from services.events.processes.polling import POLLING
from services.events.processes.problem_follow_up import PROBLEM_FOLLOW_UP
from services.events.processes.seating import SEATING
from services.events.processes.topic_follow_up import TOPIC_FOLLOW_UP

MANAGERS = (DEPARTURE, SEATING, TOPIC_FOLLOW_UP, PROBLEM_FOLLOW_UP, HOST_FOLLOW_UP, POLLING, LECTURE_ROOM)
