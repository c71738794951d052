"""A source's feed: its facts by epoch and number, over HTTP, without the broker.

This module is the source's end, ``/internal/feed``; ``catch_up`` is the subscriber's. A subscriber asks for the facts
behind number ``after`` of an epoch. The source answers with facts of this epoch as long as there are any, and then names
the next epoch. The answer always holds the whole history, and the id of fact ``after``, so that a subscriber notices a
source that was restored, with a new epoch or without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.bus.envelope import envelope
from services.kernel.log.epochs import plain_history
from services.kernel.log.mongo_log import MongoLog

LATELY_SECONDS = 1.0
"""How old the head of a feed's answer may be. Subscribers without news then cost the source's database nothing."""
PAGE = 256


def feed_page(log: MongoLog, community_host: str, epoch: str, after: int, limit: int = PAGE) -> dict[str, Any]:
    """The source's answer: ``{epoch, first, head, history, previous, facts}``.

    ``facts`` holds at most ``limit`` envelopes of the asked epoch, those after number ``after``; for epoch "" of the
    log's first epoch. ``epoch`` is the asked epoch, or the epoch of the next fact if the asked epoch has ended at
    ``after`` or before, or is unknown; ``first`` is its first number. ``previous`` is the id of fact ``after``, or ""
    where ``facts`` is empty or ``after`` is 0. ``head`` is the number of the log's last fact. ``history`` lists all
    epochs as ``{epoch, first}``, oldest first.
    """
    history = log.history()
    head = log.last_fact_lately(LATELY_SECONDS)
    if after > head:  # the asker knows of later facts, or asks for the exact head with a number beyond all facts
        head = log.last_fact()
    asked = history.epochs[0].epoch if epoch == "" else epoch
    last = history.last(asked) if asked in history else 0
    facts: Sequence[Fact] = []
    previous = ""
    if last is not None and after >= last:  # nothing more in this epoch
        asked = (history.of(last + 1) if asked in history else history.present).epoch
    elif after < head:
        found = log.facts(max(after - 1, 0), limit + 1)
        previous = next((fact.id for fact in found if fact.n == after), "")
        if previous and len(found) == 1:  # a short page: the next fact is behind many refusals
            found = log.facts(after, limit)
        facts = [fact for fact in found if fact.n > after and (last is None or fact.n <= last)][:limit]
    return {
        "epoch": asked,
        "first": next(known.first for known in history.epochs if known.epoch == asked),
        "head": max([head, *(fact.n for fact in facts[-1:])]),
        "history": plain_history(history),
        "previous": previous if facts else "",
        "facts": [envelope(fact, community_host) for fact in facts],
    }
