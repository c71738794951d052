"""The process managers of mentoring."""

from typing import Any

from services.kernel.declare.process import ProcessManager
from services.mentoring.processes.board_desk import BOARD_DESK
from services.mentoring.processes.by_hand import BY_HAND
from services.mentoring.processes.probation import PROBATION
from services.mentoring.processes.promotion import PROMOTION
from services.mentoring.processes.region_desk import REGION_DESK
from services.mentoring.processes.response import RESPONSE
from services.mentoring.processes.team import TEAM

MANAGERS: tuple[ProcessManager[Any], ...] = (
    *(REGION_DESK, BOARD_DESK, BY_HAND, RESPONSE),
    *(PROBATION, PROMOTION, TEAM),
)
