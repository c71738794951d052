"""A contact never has two members, whoever is in a hurry and whoever is cut off."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from greenlet import getcurrent, greenlet
from hypothesis import given
from hypothesis import strategies as some

from services.kernel.base.clock import FixedClock
from services.kernel.base.ids import new_id
from services.kernel.base.message import Metadata
from services.kernel.base.problem import Refused, Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.log.memory_log import MemoryLog
from services.kernel.privacy.claims import MemoryClaims
from services.kernel.privacy.vault import MemoryKeys, Vault
from services.members.contract import REGISTRY
from services.members.domain.person import PERSON, Join, MemberJoined
from services.members.identity.contact import Contact
from services.members.identity.identification import Identification
from services.members.identity.joining import Applicant, Joining

CLOCK = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
EMAILS = [None, "a@contoh.example", "b@contoh.example"]
PHONES = [None, "+6281200000001", "+6281200000002"]


class Pausing:
    """Stops before each of its methods runs, so that others may come between."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def paused(*arguments):
            if getcurrent().parent is not None:
                getcurrent().parent.switch()
            return found(*arguments)

        return paused


@dataclass
class Community:
    """One database, and each joining in a process of its own."""

    log: MemoryLog = field(default_factory=lambda: MemoryLog("members", REGISTRY))
    claims: MemoryClaims = field(default_factory=MemoryClaims)
    vault: Vault = field(default_factory=lambda: Vault(MemoryKeys(), bytes(32)))

    def join(self, email, phone):
        """One attempt; answers ``joined``, the rule that refused it, or ``again``."""
        commands = Commands(Pausing(self.log), CLOCK)
        joining = Joining(Identification(Pausing(self.claims), commands), self.vault)
        applicant = Applicant("Ani", email, phone, "SD Contoh", "kota-kediri", "mojoroto", date(2026, 3, 2))
        key = new_id()

        def take(identity, command: Join):
            return commands.take(PERSON, CommandEnvelope(command, identity, f"join {key}", Metadata(key)))

        try:
            joining.join(applicant, new_id(), "form", take)
        except Refused as refused:
            return refused.rule
        except Unavailable:
            return "again"
        return "joined"

    def members(self):
        """Contact → the members who joined with it."""
        found = defaultdict(set)
        for commit in self.log.read(0, 100_000):
            for recorded in self.log.recorded(commit):
                if isinstance(recorded.event, MemberJoined):
                    for kind in ("email", "phone"):
                        opened = self.vault.open(recorded.stream_id, getattr(recorded.event, kind))
                        if opened:
                            found[kind, opened].add(recorded.stream_id)
        return found


def test_a_contact_is_nobodys_until_somebody_joins_with_it():
    community = Community()
    identification = Identification(community.claims, Commands(community.log, CLOCK))
    contact = Contact("email", "a@contoh.example")
    assert identification.member(contact) is None
    assert identification.claim_for_one_member([contact], "one") == "one"
    assert identification.member(contact) is None


def test_a_claim_that_was_cut_off_before_the_joining_blocks_nobody():
    community = Community()
    identification = Identification(community.claims, Commands(community.log, CLOCK))
    identification.claim_for_one_member([Contact("email", "a@contoh.example")], "cut off")
    assert community.join("a@contoh.example", None) == "joined"
    assert community.join("a@contoh.example", None) == "already-a-member"


def test_several_joinings_at_once_with_one_contact_make_one_member():
    community = Community()
    hurrying = [greenlet(community.join) for _ in range(4)]
    for joining in hurrying:
        joining.switch("a@contoh.example", None)
    outcomes = []
    while not all(joining.dead for joining in hurrying):
        outcomes += [joining.switch() for joining in hurrying if not joining.dead]
    assert sorted(filter(None, outcomes)) == ["already-a-member"] * 3 + ["joined"]


def test_two_claims_that_were_cut_off_become_one_person():
    community = Community()
    identification = Identification(community.claims, Commands(community.log, CLOCK))
    identification.claim_for_one_member([Contact("email", "a@contoh.example")], "first")
    identification.claim_for_one_member([Contact("phone", "+6281200000001")], "second")
    assert community.join("a@contoh.example", "+6281200000001") == "joined"
    assert community.join(None, "+6281200000001") == "already-a-member"
    assert community.join("a@contoh.example", None) == "already-a-member"


def test_two_ids_of_one_person_never_point_at_each_other():
    community = Community()
    identification = Identification(community.claims, Commands(community.log, CLOCK))
    identification.claim_for_one_member(
        [Contact("email", "a@contoh.example"), Contact("phone", "+6281200000001")], "first"
    )
    identification.claim_for_one_member(
        [Contact("email", "b@contoh.example"), Contact("phone", "+6281200000002")], "second"
    )
    crossing = [
        (greenlet(community.join), ("a@contoh.example", "+6281200000002")),
        (greenlet(community.join), ("b@contoh.example", "+6281200000001")),
    ]
    for joining, contacts in crossing:
        joining.switch(*contacts)
    for _ in range(100):
        for joining, _ in crossing:
            if not joining.dead:
                joining.switch()
    assert all(joining.dead for joining, _ in crossing), "claims lead in a circle"
    assert {len(members) for members in community.members().values()} == {1}


ATTEMPTS = some.tuples(some.sampled_from(EMAILS), some.sampled_from(PHONES)).filter(any)


@given(
    attempts=some.lists(ATTEMPTS, min_size=2, max_size=4),
    schedule=some.lists(some.integers(0, 3), max_size=60),
    cut=some.sets(some.integers(0, 3), max_size=2),
)
def test_the_same_contact_never_has_two_members_and_nobody_is_locked_out(attempts, schedule, cut):
    community = Community()
    running = [greenlet(community.join) for _ in attempts]

    def resume(n):
        if not running[n].dead:
            running[n].switch(*(() if running[n] else attempts[n]))  # a greenlet that has begun is true

    for n in schedule:
        resume(n % len(attempts))
    kept = [n for n in range(len(attempts)) if n not in cut]
    while not all(running[n].dead for n in kept):
        for n in kept:
            resume(n)
    assert all(len(members) == 1 for members in community.members().values())
    for email, phone in attempts:
        outcomes = [community.join(email, phone) for _ in range(3)]
        assert outcomes[-1] == "already-a-member", outcomes
    assert all(len(members) == 1 for members in community.members().values())


@given(
    attempts=some.lists(ATTEMPTS, min_size=1, max_size=3),
    number=some.sampled_from([number for number in PHONES if number]),
    schedule=some.lists(some.integers(0, 3), max_size=60),
)
def test_a_contact_that_a_member_adds_while_others_join_with_it_has_one_owner(attempts, number, schedule):
    community = Community()
    assert community.join("standing@contoh.example", None) == "joined"
    (member,) = community.members()["email", "standing@contoh.example"]
    contact, added = Contact("phone", number), []

    def add():
        commands = Commands(Pausing(community.log), CLOCK)
        added.append(Identification(Pausing(community.claims), commands).add(contact, member, new_id()))

    running = [greenlet(add), *(greenlet(community.join) for _ in attempts)]
    arguments = [(), *attempts]

    def resume(n):
        if not running[n].dead:
            running[n].switch(*(() if running[n] else arguments[n]))

    for n in schedule:
        resume(n % len(running))
    while not all(one.dead for one in running):
        for n in range(len(running)):
            resume(n)
    owners = community.members()["phone", number] | ({member} if added == [True] else set())
    assert len(owners) <= 1
    if owners:
        identification = Identification(community.claims, Commands(community.log, CLOCK))
        assert {identification.member(contact)} == owners
