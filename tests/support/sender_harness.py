"""A sender whose every surrounding is the test's own, but for the database."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from services.notifications.domain.message import Kind, MessagePlanned, Variable
from services.notifications.domain.preference import Preference
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.sending.channel import ChannelDown, Letter
from services.notifications.sending.composing import Composer
from services.notifications.sending.delivery import Delivery, delivery_id
from services.notifications.sending.delivery_store import Deliveries
from services.notifications.sending.machine_time import MachineTime
from services.notifications.sending.people import Contact
from services.notifications.sending.retry_policy import RetryPolicy
from services.notifications.sending.sender import Sender
from tests.unit.notifications.facts import START, STARTS

MESSAGE = MessagePlanned(
    "fact",
    Kind.ACTIVITY_PUBLISHED,
    ("sri",),
    tuple(Variable(n, v) for n, v in {"title": "t", "starts": STARTS.isoformat(), "ends": STARTS.isoformat(), "venue": "v"}.items()),
    STARTS,
    False,
    "a",
    "kediri",
)  # fmt: skip


class Script:
    """A mail server that does as it is told, and counts."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.raises: dict[str, Exception] = {}
        self.down = False

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def reach(self) -> None:
        if self.down:
            raise ChannelDown("ConnectionRefusedError")

    def send(self, mail: Letter) -> None:
        self.sent.append(mail)
        if mail.to in self.raises:
            raise self.raises[mail.to]


class Everybody:
    """Members, who knows everybody."""

    def ask(self, ids: Any, *, anew: bool = False) -> dict[str, Contact]:  # noqa: ARG002 - the protocol's names
        return {
            person: Contact(person, person, "id", f"{person}@x.example", telegram=f"chat-{person}") for person in ids
        }

    def login_code_digits(self, person: str, code: str) -> str | None:  # noqa: ARG002 - the protocol's names
        return "048213"

    def forget_old_contacts(self) -> None:
        """Nothing is remembered."""


class Heard:
    """Counts what is said of deliveries."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.bounced: list[str] = []

    def delivery_ended(self, _channel: str, outcome: str) -> None:
        self.counted.update([outcome])

    def address_refused(self, delivery: Delivery, _channel: str, _reason: str) -> None:
        self.bounced.append(delivery.person)

    def person_reached(self, delivery: Delivery, channel: str) -> None:
        """Nobody is in doubt here."""


class SenderHarness:
    """A sender whose every surrounding is the test's own, but for the database."""

    def __init__(self, database: Database[dict[str, Any]], policy: RetryPolicy) -> None:
        self.deliveries = Deliveries(database)
        self.deliveries.prepare()
        self.documents = database.deliveries
        self.server = Script()
        self.now = datetime(2026, 12, 1, tzinfo=UTC)
        self.seconds = 0.0
        self.outcomes = Heard()
        self.ended = self.outcomes.counted
        self.preferences: dict[str, Preference] = {}
        self.policy = policy
        self.sender = self.another()

    def another(self, channels: dict[str, Any] | None = None) -> Sender:
        composer = Composer(
            lambda _: MESSAGE, lambda person: self.preferences.get(person, Preference()), Everybody(), "jejaring.test"
        )
        return Sender(
            self.deliveries,
            channels or {"email": self.server},
            composer,
            lambda people, _now: dict.fromkeys(people, (QuietHours(),)),
            self.outcomes,
            policy=self.policy,
            machine_time=MachineTime(lambda: self.now, lambda: self.seconds),
        )

    def beside_it_telegram(self) -> Script:
        """Another channel, by which the same sender sends."""
        other = Script()
        self.sender = self.another({"email": self.server, "telegram": other})
        return other

    def plan(self, *people: str) -> None:
        self.deliveries.plan_deliveries(
            [
                Delivery(
                    id=delivery_id("fact", person, "email"),
                    fact="fact",
                    person=person,
                    channel="email",
                    message="m",
                    kind="activity-published",
                    urgent=False,
                    planned=START,
                    not_before=START,
                    worth_until=STARTS,
                    retry_at=self.now,
                )
                for person in people
            ]
        )

    def state(self, person: str) -> dict[str, Any]:
        found = self.documents.find_one({"person": person})
        assert found is not None
        return found
