"""What left the platform: mails and webhooks. A repetition is allowed, under the same identity; a second identity is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.trials.checker.evidence import Arrival, Document, Evidence
from tests.trials.checker.findings import Finding, Promise, first_difference

TOLD_TO_THE_PERSON = ("member-joined", "seat-taken", "seat-lined", "seat-promoted", "seat-released")
_NAME = re.compile(r"id\.jejaring\.[a-z-]+\.(?P<type>[a-z-]+)\.v\d+")


def told(evidence: Evidence) -> Iterator[Finding]:
    """Each fact about a person becomes one message to this person; each message becomes one delivery to each of its people."""
    planned: Counter[tuple[str, str]] = Counter()
    for commit in evidence.services["notifications"].commits:
        for event in commit["events"]:
            if event["type"] == "MessagePlanned":
                planned.update((event["data"]["fact"], person) for person in event["data"]["people"])
    for name in ("members", "events"):
        for commit in evidence.services[name].commits:
            for fact in commit["facts"]:
                pair = fact["event"], fact["data"].get("person")
                welcome = fact["data"].get("how") != "board"  # nobody welcomes those whom the operator installs
                if fact["type"] in TOLD_TO_THE_PERSON and welcome and planned[pair] != 1:
                    yield Finding(
                        Promise.TOLD, f"{fact['type']} {fact['n']} of {name} has {planned[pair]} messages to the person"
                    )
    delivered = Counter((one["fact"], one["person"]) for one in evidence.deliveries)
    for pair in planned:
        if delivered[pair] != 1:
            yield Finding(Promise.MAILS, f"message {pair} has {delivered[pair]} deliveries")


def mails(evidence: Evidence) -> Iterator[Finding]:
    """Each sent delivery has mails of its own identity alone, all to one address; no mail belongs to no delivery."""
    state = {one["_id"]: one["state"] for one in evidence.deliveries}
    copies = Counter(mail.delivery for mail in evidence.mails)
    for identity, reached in state.items():
        if reached != "sent":
            yield Finding(Promise.MAILS, f"delivery {identity} is {reached}")
        elif not copies[identity]:
            yield Finding(Promise.MAILS, f"delivery {identity} is sent, and its mail is missing")
        elif copies[identity] > 1 + evidence.setting.faults:
            yield Finding(Promise.MAILS, f"delivery {identity} came {copies[identity]} times")
    for identity in copies.keys() - state.keys():
        yield Finding(Promise.MAILS, f"a mail of no delivery: {identity}")
    addresses: dict[str, set[str]] = {}
    for mail in evidence.mails:
        addresses.setdefault(mail.delivery, set()).add(mail.to)
    for identity, to in addresses.items():
        if len(to) > 1:
            yield Finding(Promise.MAILS, f"delivery {identity} went to {len(to)} addresses")


def webhooks(evidence: Evidence) -> Iterator[Finding]:
    """The first arrivals are the subscribed facts in the order of the feed, with their numbers and the same words."""
    wanted = list(_subscribed(evidence))
    first: dict[str, Arrival] = {}
    for arrival in evidence.arrivals:
        if not arrival.good:
            yield Finding(Promise.WEBHOOKS, f"{arrival.id} has a wrong signature")
        standing = first.setdefault(arrival.id, arrival)
        if (standing.number, standing.envelope) != (arrival.number, arrival.envelope):
            yield Finding(Promise.WEBHOOKS, f"{arrival.id} came again with other words")
    if (place := first_difference(list(first), [one["id"] for one in wanted])) is not None:
        yield Finding(Promise.WEBHOOKS, f"the order of arrival: {place}")
    for number, one in enumerate(wanted, start=1):
        came = first.get(one["id"])
        if came is not None and (came.number, came.envelope) != (number, one["envelope"]):
            yield Finding(
                Promise.WEBHOOKS, f"{one['id']} came as number {came.number}, wanted {number}, or with other words"
            )


def _subscribed(evidence: Evidence) -> Iterator[Document]:
    """The heard facts behind the subscription's beginning that the partner wants."""
    notifications = evidence.services["notifications"]
    made = [
        event for commit in notifications.commits for event in commit["events"] if event["type"] == "SubscriptionMade"
    ]
    after = made[0]["data"]["after"]
    for heard in notifications.inbox:
        named = _NAME.fullmatch(heard["envelope"]["type"])
        wanted = named is not None and named["type"] in evidence.setting.types
        if heard["_id"] > after and wanted and heard["envelope"].get("region") == evidence.setting.region:
            yield heard
