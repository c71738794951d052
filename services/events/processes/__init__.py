"""What this service does by itself about what happened: one file a process manager."""

from services.events.processes.departure import DEPARTURE
from services.events.processes.seating import SEATING
from services.events.processes.topic_follow_up import TOPIC_FOLLOW_UP

MANAGERS = (DEPARTURE, SEATING, TOPIC_FOLLOW_UP)
