"""Things that happen in these tests, with whatever does not matter made up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.events.domain.activity import ActivityPublished
from services.events.domain.activity_times import ActivityTimes
from services.events.domain.gathering import GatheringPlanned, PlanGathering
from services.events.domain.lecture import Chat
from services.events.domain.plan import Place, Plan, Session
from services.events.domain.rules import BOARD_ONLY, OPEN_TO_ALL, RulesInForce
from services.events.domain.venue import CAFE, SCHOOL
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Event, Metadata, Recorded
from tests.support.sample_community import KEDIRI, NOW
from tests.unit.events.sample_times import END, START

BOARD_RULES = RulesInForce(1, BOARD_ONLY)
OPEN_RULES = RulesInForce(2, OPEN_TO_ALL)
IN_A_CAFE = Place("venue-1", "Kopi Kita", CAFE, "mojoroto")
AT_A_SCHOOL = Place("venue-2", "SMA Contoh", SCHOOL, "pesantren")
PLAN = Plan("gathering", "Barcodes", KEDIRI, IN_A_CAFE, START, END, 12)
PAST = replace(PLAN, starts=NOW - timedelta(days=9, hours=2), ends=NOW - timedelta(days=9), past=True)
TITLES = ("Klasifikasi", "Katalogisasi", "SLiMS", "Laporan")
AGENDA = tuple(
    Session(f"s{n}", title, START + timedelta(hours=2 * n), START + timedelta(hours=2 * n + 1))
    for n, title in enumerate(TITLES)
)
WORKSHOP_PLAN = Plan(
    "workshop", "Pengolahan", KEDIRI, IN_A_CAFE, START, AGENDA[-1].ends, 30,
    units=("a-klasifikasi", "b-slims"), levels=("secondary",), open=True, sessions=AGENDA,
)  # fmt: skip
CHAT = Chat("g", "telegram", "-100123")
LECTURE_PLAN = Plan(
    "lecture", "Katalog induk", KEDIRI, Place("g", "Pustakawan", "telegram"), START, END, 1000, open=True
)
HELD = ActivityTimes("published", KEDIRI, START, END)


def plan_gathering(plan: Plan = PLAN, topic: str = "topic-1", declined: bool = False) -> PlanGathering:
    return PlanGathering(topic, "Barcodes do not scan", declined, plan, NOW, BOARD_RULES)


def planned(plan: Plan = PLAN, topic: str = "topic-1") -> GatheringPlanned:
    return GatheringPlanned(topic, "Barcodes do not scan", plan, BOARD_RULES)


def published(plan: Plan = PLAN, rules: RulesInForce = BOARD_RULES) -> ActivityPublished:
    return ActivityPublished(plan, "topic-1", rules)


def recorded(stream: str, event: Event, position: int = 1, at: datetime = NOW, **changed: Any) -> Recorded:
    meta = Metadata("correlation", actor="actor-1")
    made = Recorded(position, 0, stream, position, derived_id(stream, position), event, at, at, meta)
    return replace(made, **changed)
