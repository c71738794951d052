"""Composes the letter of a delivery from names, contacts and preferences at the moment of sending."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateError

from services.notifications.domain.message import Kind, MessagePlanned
from services.notifications.domain.preference import Preference
from services.notifications.sending import rendering
from services.notifications.sending.channel import Letter
from services.notifications.sending.delivery import EXPIRED, FAILED, Delivery
from services.notifications.sending.people import Contact, People
from services.notifications.sending.routing import Unsendable, route, to_group

log = logging.getLogger(__name__)


class NotYetKnown(Exception):
    """Members does not know the person yet: the view of members is behind, or a guest's act was told before the guest."""


@dataclass(frozen=True)
class Known:
    """The lookups of a batch: messages by id (None for an unknown message), contacts by person."""

    messages: Mapping[str, MessagePlanned | None]
    contacts: Mapping[str, Contact]

    def names(self) -> dict[str, str]:
        """Person → name, without erased people."""
        return {person: contact.name for person, contact in self.contacts.items() if not contact.erased}


@dataclass(frozen=True)
class Reader:
    """The reader of a letter; a group has no name."""

    address: str
    language: str = rendering.DEFAULT_LANGUAGE
    name: str = ""


Lines = Callable[[str, str], Sequence[Delivery]]


def _no_lines(_person: str, _digest: str) -> Sequence[Delivery]:
    return ()


@dataclass(frozen=True)
class Composer:
    """``message(id)`` answers a planned message, ``preference(person)`` a preference, ``lines(person, digest)`` the deliveries that
    a digest gathers. ``host`` is the community's, the domain of ``Message-ID``; ``pages`` is the gateway's address, "" for no links.
    """

    message: Callable[[str], MessagePlanned | None]
    preference: Callable[[str], Preference]
    people: People
    host: str
    pages: str = ""
    lines: Lines = _no_lines

    def look_up(self, deliveries: Sequence[Delivery]) -> Known:
        """Look up messages and contacts of all deliveries at once. Raises ``PeopleUnavailable``."""
        messages = {identity: self.message(identity) for identity in {delivery.message for delivery in deliveries}}
        named = {
            variable.value
            for message in messages.values()
            for variable in (message.variables if message else ())
            if variable.name in rendering.NAMED and variable.value
        }
        told = [delivery.person for delivery in deliveries if not _is_to_group(messages[delivery.message])]
        contacts = dict(self.people.ask([*told, *sorted(named)]) if told or named else {})
        # Contacts are remembered for a minute. A person who has just linked a channel is asked for again, and told by that channel.
        lacking = [
            one.person for one in deliveries if one.person in contacts and _lacks(contacts[one.person], one.channel)
        ]
        if lacking:
            contacts |= self.people.ask(lacking, anew=True)
        return Known(messages, contacts)

    def forget_old_contacts(self) -> None:
        """Drop contacts that were remembered for too long."""
        self.people.forget_old_contacts()

    def compose(self, delivery: Delivery, known: Known, now: datetime, channels: Collection[str]) -> tuple[str, Letter]:
        """The channel, one of ``channels``, and the letter. Raises as ``route`` does, ``NotYetKnown``,
        ``PeopleUnavailable``.
        """
        message = known.messages[delivery.message]
        if message is None:
            raise Unsendable(FAILED, "no-message")
        if message.chat is not None:
            channel, address = to_group(delivery, message.chat, channels)
            return channel, self._letter(delivery, message, known, now, Reader(address))
        contact = known.contacts.get(delivery.person)
        if contact is None:
            raise NotYetKnown
        preference = self.preference(delivery.person)
        channel, address = route(delivery, preference, contact, channels)
        language = rendering.language_of(preference.wishes.language, contact.language)
        return channel, self._letter(delivery, message, known, now, Reader(address, language, contact.name))

    def _letter(
        self, delivery: Delivery, message: MessagePlanned, known: Known, now: datetime, reader: Reader
    ) -> Letter:
        digits = self._digits(message, delivery.person)
        lines = self._gathered(delivery, message, reader.language, now)
        try:
            words = rendering.mail(
                message,
                reader.language,
                name=reader.name,
                names=known.names(),
                digits=digits,
                link=self._link(delivery),
                lines=lines,
            )
        except (TemplateError, ValueError) as error:
            log.exception("no words", extra={"delivery": delivery.id, "kind": delivery.kind})
            raise Unsendable(FAILED, type(error).__name__) from error
        identity = f"{delivery.id}@{self.host}"
        return Letter(reader.address, words.subject, words.body, identity, reader.language, now)

    def _gathered(
        self, delivery: Delivery, message: MessagePlanned, language: str, now: datetime
    ) -> Sequence[rendering.Line]:
        """The lines of a digest that are still worth telling. Raises ``Unsendable`` for a digest without lines."""
        if message.kind is not Kind.DIGEST:
            return ()
        lines = []
        for line in self.lines(delivery.person, delivery.message):
            told = self.message(line.message)
            if told is not None and told.worth_until > now:
                title = rendering.title(told.kind, told.variables, language)
                lines.append(rendering.Line(title, self._link(line)))
        if not lines:
            raise Unsendable(EXPIRED, "nothing-left")
        return lines

    def _link(self, delivery: Delivery) -> str:
        """The page on which the reader can act: the activity's page, or the front page."""
        if not self.pages or delivery.kind == Kind.LOGIN_CODE:
            return ""  # a mail that asks for a code and offers a link teaches people to be deceived
        return f"{self.pages}/kegiatan/{delivery.activity}" if delivery.activity else f"{self.pages}/"

    def _digits(self, message: MessagePlanned, person: str) -> str:
        """The digits of a login code; "" for other kinds. Raises ``Unsendable`` for an expired code."""
        if message.kind is not Kind.LOGIN_CODE:
            return ""
        identity = next((variable.value for variable in message.variables if variable.name == "code"), "")
        digits = self.people.login_code_digits(person, identity)
        if digits is None:
            raise Unsendable(EXPIRED, "code-gone")
        return digits


def _lacks(contact: Contact, channel: str) -> bool:
    return not contact.erased and contact.address(channel) is None


def _is_to_group(message: MessagePlanned | None) -> bool:
    return message is not None and message.chat is not None
