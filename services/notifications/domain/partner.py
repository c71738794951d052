"""A partner is an institution that works with the community. Its programs come with keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider
from services.notifications.domain.interest import ALL_REGIONS

KINDS = ("university", "library-office", "association", "publisher", "sister-community", "other")
LEAD, ACTIVE, DORMANT = "lead", "active", "dormant"
STATES = (LEAD, ACTIVE, DORMANT)
FEED_READ, SUBSCRIPTIONS_KEEP = "feed.read", "subscriptions.keep"
SCOPES = (FEED_READ, SUBSCRIPTIONS_KEEP)
MAX_KEYS = 10


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to speak with at the partner. Name and e-mail are sealed under ``contact``, an id of the contact's own, so that one
    contact can be forgotten and the others stay.
    """

    contact: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """The partner may read facts of ``regions`` and no others; ``ALL_REGIONS`` among them stands for all."""

    name: str
    kind: str
    regions: tuple[str, ...]
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class AddPartner(Command):
    profile: Profile


@dataclass(frozen=True, slots=True)
class ChangePartner(Command):
    profile: Profile


@dataclass(frozen=True, slots=True)
class ActivatePartner(Command):
    """``agreement`` says where the agreement with the partner can be read."""

    agreement: str


@dataclass(frozen=True, slots=True)
class RestPartner(Command):
    """Suspend a partner's reading and its webhooks until the next activation."""


@dataclass(frozen=True, slots=True)
class IssueKey(Command):
    """``digest`` is the hash of the key's secret."""

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevokeKey(Command):
    key: str


PartnerCommand: TypeAlias = AddPartner | ChangePartner | ActivatePartner | RestPartner | IssueKey | RevokeKey


@dataclass(frozen=True, slots=True)
class PartnerAdded(Event):
    """The institution is listed as a lead: it may become a partner. Contacts are sealed."""

    name: str
    kind: str
    regions: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class PartnerChanged(Event):
    name: str
    kind: str
    regions: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class PartnerActivated(Event):
    """The institution is an active partner. ``first`` is true for its first activation; name and kind are those of that moment."""

    agreement: str
    name: str
    kind: str
    first: bool


@dataclass(frozen=True, slots=True)
class PartnerRested(Event):
    """The partner's keys and webhooks are suspended until the next activation."""


@dataclass(frozen=True, slots=True)
class PartnerKeyIssued(Event):
    """The key's secret is derived and never stored."""

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartnerKeyRevoked(Event):
    key: str


PartnerEvent: TypeAlias = (
    PartnerAdded | PartnerChanged | PartnerActivated | PartnerRested | PartnerKeyIssued | PartnerKeyRevoked
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was issued and not revoked."""

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """``state`` is lead, active or dormant. ``joined``: the institution was active before."""

    state: str
    profile: Profile
    agreement: str | None = None
    joined: bool = False
    keys: tuple[Key, ...] = ()
    revoked: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    """Contacts that a later profile left out; their keys in the vault are destroyed."""

    @property
    def readable(self) -> tuple[str, ...]:
        """The regions whose facts the partner may read now; none unless the partner is active."""
        return self.profile.regions if self.state == ACTIVE else ()

    def grants(self, key: Key) -> dict[str, tuple[str, ...]]:
        """Scope → the regions that a key opens, never more than the partner itself may read."""
        mine = self.readable
        within = key.regions if ALL_REGIONS in mine else tuple(r for r in key.regions if r in mine)
        if ALL_REGIONS in key.regions:
            within = mine
        granted = {FEED_READ: within, SUBSCRIPTIONS_KEEP: (ALL_REGIONS,) if mine else ()}
        return {scope: granted[scope] for scope in key.scopes if granted[scope]}


def decide(command: PartnerCommand, partner: Partner | None) -> Sequence[Event]:
    """Raises ``NotFound``, and ``Refused`` ``partner-not-active``, ``key-beyond-partner``, ``too-many-keys``."""
    if isinstance(command, AddPartner):
        return [] if partner is not None else [PartnerAdded(*_fields_of(command.profile))]
    if partner is None:
        raise NotFound
    match command:
        case ChangePartner(profile):
            return [] if profile == partner.profile else [PartnerChanged(*_fields_of(profile))]
        case ActivatePartner(agreement):
            return _activate(agreement, partner)
        case RestPartner():
            _require_active(partner)
            return [PartnerRested()]
        case IssueKey():
            return _issue(command, partner)
        case RevokeKey(key):
            return _revoke(key, partner)
        case _:
            assert_never(command)


def _fields_of(profile: Profile) -> tuple[str, str, tuple[str, ...], tuple[Contact, ...]]:
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
        raise Refused(
            "partner-not-active", "The partner is not active: only an active partner can have keys or become dormant."
        )


def _issue(command: IssueKey, partner: Partner) -> Sequence[Event]:
    _require_active(partner)
    if any(command.key == standing.key for standing in partner.keys):
        return []
    if len(partner.keys) >= MAX_KEYS:
        raise Refused("too-many-keys", f"A partner has at most {MAX_KEYS} keys; revoke a key first.")
    beyond = set(command.regions) - set(partner.profile.regions)
    if beyond and ALL_REGIONS not in partner.profile.regions:
        raise Refused(
            "key-beyond-partner", "The regions of a key must be among the partner's regions.", regions=sorted(beyond)
        )
    return [PartnerKeyIssued(command.key, command.name, command.digest, command.scopes, command.regions)]


def evolve(partner: Partner | None, event: PartnerEvent) -> Partner:
    if isinstance(event, PartnerAdded):
        return Partner(LEAD, Profile(event.name, event.kind, event.regions, event.contacts))
    assert partner is not None
    match event:
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
        case _:
            assert_never(event)


PARTNER: Decider[Partner | None] = Decider("partner", None, decide, evolve)
