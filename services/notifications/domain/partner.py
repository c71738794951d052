"""A partner: an institution that works with the community, and the keys that its programs come with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider
from services.notifications.domain.interest import ALL_REGIONS

KINDS = ("university", "library-office", "association", "publisher", "sister-community", "other")
LEAD, ACTIVE, DORMANT = "lead", "active", "dormant"
STATES = (LEAD, ACTIVE, DORMANT)
FEED_READ, SUBSCRIPTIONS_KEEP = "feed.read", "subscriptions.keep"
SCOPES = (FEED_READ, SUBSCRIPTIONS_KEEP)
KEYS_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to speak with there; both texts sealed under ``contact``, an id of its own, so that one can be forgotten and
    the others stay.
    """

    contact: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the institution. ``regions`` bound what it may read, ``ALL_REGIONS`` among them for all."""

    name: str
    kind: str
    regions: tuple[str, ...]
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class AddPartner(Command):
    """Enter an institution that one speaks with."""

    profile: Profile


@dataclass(frozen=True, slots=True)
class ChangePartner(Command):
    """Write down what changed."""

    profile: Profile


@dataclass(frozen=True, slots=True)
class ActivatePartner(Command):
    """It is agreed. ``agreement`` says where what was agreed can be read."""

    agreement: str


@dataclass(frozen=True, slots=True)
class RestPartner(Command):
    """Nothing goes to and fro for the time being."""


@dataclass(frozen=True, slots=True)
class IssueKey(Command):
    """Give it a key. ``digest`` is the secret's hash."""

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevokeKey(Command):
    """Make a key worthless."""

    key: str


@dataclass(frozen=True, slots=True)
class PartnerAdded(Event):
    """The institution stands in the book, as one that may become a partner. Contacts are sealed."""

    name: str
    kind: str
    regions: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class PartnerChanged(Event):
    """From now on it is so."""

    name: str
    kind: str
    regions: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class PartnerActivated(Event):
    """It is a partner. ``first`` is True once in its life; name and kind are as they stood then."""

    agreement: str
    name: str
    kind: str
    first: bool


@dataclass(frozen=True, slots=True)
class PartnerRested(Event):
    """Its keys open nothing and nothing is sent to it until it is active again."""


@dataclass(frozen=True, slots=True)
class PartnerKeyIssued(Event):
    """The key's secret itself stands nowhere."""

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartnerKeyRevoked(Event):
    """The key opens nothing any more."""

    key: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key that opens something."""

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """An institution as it stands; ``state`` is None while there is none."""

    state: str | None = None
    profile: Profile = Profile("", "other", ())
    agreement: str | None = None
    joined: bool = False
    keys: tuple[Key, ...] = ()
    revoked: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    """Contacts that were left out, and whose keys are to be destroyed."""

    @property
    def readable(self) -> tuple[str, ...]:
        """The regions whose facts it may read now: none unless it is active."""
        return self.profile.regions if self.state == ACTIVE else ()

    def grants(self, key: Key) -> dict[str, tuple[str, ...]]:
        """What a key allows: by scope the regions, and never more than the partner itself may."""
        mine = self.readable
        within = key.regions if ALL_REGIONS in mine else tuple(r for r in key.regions if r in mine)
        if ALL_REGIONS in key.regions:
            within = mine
        granted = {FEED_READ: within, SUBSCRIPTIONS_KEEP: (ALL_REGIONS,) if mine else ()}
        return {scope: granted[scope] for scope in key.scopes if granted[scope]}


def decide(command: Command, partner: Partner) -> Sequence[Event]:
    """Raises ``NotFound`` for a partner that is none, ``Refused`` ``partner-not-active``, ``key-beyond-partner``,
    ``too-many-keys``.
    """
    if isinstance(command, AddPartner):
        return [] if partner.state is not None else [PartnerAdded(*_plain(command.profile))]
    if partner.state is None:
        raise NotFound
    match command:
        case ChangePartner(profile):
            return [] if profile == partner.profile else [PartnerChanged(*_plain(profile))]
        case ActivatePartner(agreement):
            return _activate(agreement, partner)
        case RestPartner():
            _require_active(partner)
            return [PartnerRested()]
        case IssueKey():
            return _issue(command, partner)
        case RevokeKey(key):
            return _revoke(key, partner)
    raise TypeError(type(command).__name__)


def _plain(profile: Profile) -> tuple[str, str, tuple[str, ...], tuple[Contact, ...]]:
    return profile.name, profile.kind, profile.regions, profile.contacts


def _activate(agreement: str, partner: Partner) -> Sequence[Event]:
    if partner.state == ACTIVE and agreement == partner.agreement:
        return []
    return [PartnerActivated(agreement, partner.profile.name, partner.profile.kind, not partner.joined)]


def _revoke(key: str, partner: Partner) -> Sequence[Event]:
    if key in partner.revoked:
        return []
    if all(key != standing.key for standing in partner.keys):
        raise NotFound
    return [PartnerKeyRevoked(key)]


def _require_active(partner: Partner) -> None:
    if partner.state != ACTIVE:
        raise Refused("partner-not-active", "only a partner with whom it is agreed has keys, and can rest")


def _issue(command: IssueKey, partner: Partner) -> Sequence[Event]:
    _require_active(partner)
    if any(command.key == standing.key for standing in partner.keys):
        return []
    if len(partner.keys) >= KEYS_AT_MOST:
        raise Refused("too-many-keys", f"a partner has at most {KEYS_AT_MOST} keys; revoke one first")
    beyond = set(command.regions) - set(partner.profile.regions)
    if beyond and ALL_REGIONS not in partner.profile.regions:
        raise Refused("key-beyond-partner", "a key opens no region that is not the partner's", regions=sorted(beyond))
    return [PartnerKeyIssued(command.key, command.name, command.digest, command.scopes, command.regions)]


def evolve(partner: Partner, event: Event) -> Partner:
    match event:
        case PartnerAdded(name, kind, regions, contacts):
            return replace(partner, state=LEAD, profile=Profile(name, kind, regions, contacts))
        case PartnerChanged(name, kind, regions, contacts):
            before = {contact.contact for contact in partner.profile.contacts}
            left = partner.left | before - {contact.contact for contact in contacts}
            return replace(partner, profile=Profile(name, kind, regions, contacts), left=left)
        case PartnerActivated(agreement):
            return replace(partner, state=ACTIVE, agreement=agreement, joined=True)
        case PartnerRested():
            return replace(partner, state=DORMANT)
        case PartnerKeyIssued(key, name, digest, scopes, regions):
            return replace(partner, keys=(*partner.keys, Key(key, name, digest, scopes, regions)))
        case PartnerKeyRevoked(key):
            kept = tuple(standing for standing in partner.keys if standing.key != key)
            return replace(partner, keys=kept, revoked=partner.revoked | {key})
    return partner


PARTNER: Decider[Partner] = Decider("partner", Partner(), decide, evolve)
