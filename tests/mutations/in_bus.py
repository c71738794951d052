"""Mistakes on the way from one service's log to another service's inbox."""

from __future__ import annotations

from tests.mutations.plant import WAS_REAL, mistakes

MUTATIONS = (
    *mistakes(
        "relay",
        "services/kernel/bus/relay.py",
        (
            "the checkpoint passes no fact that the broker has not confirmed",
            "        while self._pending:\n",
            "        while len(self._pending) > 1:\n",
            "cast bus",
        ),
        (
            "the window remembers each tag until its own confirmation",
            "            self._pending.discard(delivery_tag)",
            "            self._pending.clear()",
            "cast bus",
        ),
        (
            "a refused message is no confirmed message",
            '        raise Unconfirmed(f"message {delivery_tag} was refused")',
            "        self._pending.discard(delivery_tag)",
            "cast bus",
        ),
        (
            "a new connection begins with an empty window",
            "self._tag, self._pending = 0, set()",
            "self._tag = 0",
            "cast bus",
        ),
        (
            "a checkpoint from before a restore does not silence the new epoch",
            "beyond = self._moved > self._log.last_fact()",
            "beyond = self._moved > self._log.last_fact() + 10**6",
            "tests/integration/test_epochs.py",
            WAS_REAL,
        ),
        (
            "one dead queue holds up the facts of nobody else",
            "                    self._unbind_dead_queues(messages[0][1])\n",
            "",
            "tests/integration/test_bus.py::test_one_dead_queue_holds_up_the_facts_of_nobody_else",
            WAS_REAL,
        ),
    ),
    *mistakes(
        "subscription",
        "services/kernel/bus/subscription.py",
        (
            "a fact is acknowledged only after it is in the inbox",
            (
                '        """Store the waiting messages in the inbox, then acknowledge them. Wait until they can be stored; never\n'
                '        acknowledge before.\n        """\n'
            ),
            "        channel.basic_ack(self._waiting[-1].delivery_tag, multiple=True)\n",
            "cast bus",
        ),
        (
            "facts arrive by the feed when the broker has lost them",
            "if time.monotonic() - self._heard() < SILENCE_SECONDS:",
            "if time.monotonic() - self._heard() < 10**6:",
            "cast bus",
        ),
        (
            "a broker that refuses is asked again at growing intervals",
            "if self.ready and time.monotonic() - begun > LONGEST_PAUSE:",
            "if time.monotonic() >= begun:",
            "tests/integration/test_poison.py",
            WAS_REAL,
        ),
        (
            "facts that their source has lost are kept as strays, and do not stop the queue",
            "                if again.foreign:\n",
            "                if again.foreign and not again.foreign:\n",
            "cast bus",
        ),
        (
            "a message of another source is a stray",
            'if not document["source"].endswith(f"/{self.source}"):',
            'if not document["source"]:',
            "tests/integration/test_bus.py::test_a_message_that_is_not_our_envelope_is_kept_as_a_stray_and_blocks_nothing",
        ),
    ),
    *mistakes(
        "subscription",
        "services/kernel/bus/envelope.py",
        (
            "a message that no program can read is a stray, and the fact behind it arrives",
            "except (ValueError, RecursionError) as error:",
            "except ValueError as error:",
            "tests/integration/test_poison.py",
            WAS_REAL,
        ),
    ),
    *mistakes(
        "inbox",
        "services/kernel/bus/inbox.py",
        (
            "a fact beyond a gap is not stored",
            "            elif n == following:",
            "            elif n >= following:",
            "cast bus",
        ),
        (
            "a fact beyond a gap is not acknowledged",
            "                gap = True\n",
            "                gap = False\n",
            "cast bus",
        ),
        (
            "after a write with an unknown outcome the expected fact is read anew",
            "        self._expected.clear()\n",
            "",
            "cast bus",
        ),
        (
            "after a write with an unknown outcome the position is read anew",
            "        self._sources.forget()\n        self._certain = False\n",
            "        self._sources.forget()\n",
            "cast bus",
        ),
        (
            "a fact of another epoch than the expected one is not stored",
            'if epoch and envelope["epoch"] != epoch:',
            'if epoch and not envelope["epoch"]:',
            "cast bus",
        ),
        (
            "another fact under a known number is noticed",
            'if stored.get(n, envelope["id"]) != envelope["id"]:',
            'if not stored.get(n, envelope["id"]):',
            "tests/integration/test_epochs.py",
            WAS_REAL,
        ),
        (
            "a duplicate that was heard under an epoch that its source has ended is ignored",
            'return [envelope for envelope in foreign if (envelope["epoch"], envelope["id"]) not in stored]',
            "return list(foreign)",
            "tests/integration/test_epochs.py",
        ),
    ),
    *mistakes(
        "epochs",
        "services/kernel/bus/source_histories.py",
        (
            "two instances follow a restored source once",
            'same: dict[str, Any] = {"_id": source, "epoch": {"$in": [present, None]}}',
            'same: dict[str, Any] = {"_id": source}',
            "tests/integration/test_epochs.py",
        ),
    ),
    *mistakes(
        "epochs",
        "services/kernel/log/epochs.py",
        (
            "a fact is of the epoch of its number",
            "for epoch in reversed(self.epochs) if epoch.first <= n",
            "for epoch in self.epochs if epoch.first <= n",
            "cast bus",
        ),
        (
            "of two epochs that are begun at once, one is begun",
            'same = {"_id": DOCUMENT, "epoch": before.present.epoch}',
            'same = {"_id": DOCUMENT}',
            "tests/integration/test_epochs.py",
        ),
    ),
    *mistakes(
        "feed",
        "services/kernel/bus/feed.py",
        (
            "who never heard a restored source hears it from its first fact",
            'asked = history.epochs[0].epoch if epoch == "" else epoch',
            'asked = history.present.epoch if epoch == "" else epoch',
            "tests/integration/test_epochs.py",
            WAS_REAL,
        ),
        (
            "who is behind when a source is restored hears the rest of the old epoch first",
            "if last is not None and after >= last:",
            "if last is not None:",
            "tests/integration/test_epochs.py",
            WAS_REAL,
        ),
        (
            "an answer holds facts of the asked epoch only",
            "if fact.n > after and (last is None or fact.n <= last)",
            "if fact.n > after",
            "tests/integration/test_epochs.py",
        ),
        (
            "a feed gives each fact once: those behind the asked number",
            "found = log.facts(max(after - 1, 0), limit + 1)",
            "found = log.facts(after + 1, limit + 1)",
            "cast bus",
        ),
    ),
    *mistakes(
        "feed",
        "services/kernel/bus/catch_up.py",
        (
            "a source that was restored without an epoch is noticed by its shorter log",
            "or page.head < expected.n - 1):",
            "or page.head < 0):",
            "tests/integration/test_epochs.py",
            WAS_REAL,
        ),
        (
            "a source that was restored without an epoch is noticed by another fact before the expected one",
            "other = page.previous and expected.previous and page.previous != expected.previous",
            "other = False",
            "cast bus",
            WAS_REAL,
        ),
        (
            "a new epoch begins behind the last fact that both know",
            "            probe = (same + other) // 2\n        return same",
            "            probe = (same + other) // 2\n        return max(0, same - 1)",
            "cast bus",
        ),
        (
            "the catch-up asks for the next fact and leaves none out",
            "page = self._ask(source, expected.epoch, expected.n - 1)\n            if self._goes_on",
            "page = self._ask(source, expected.epoch, expected.n)\n            if self._goes_on",
            "cast bus",
        ),
        (
            "a source that has proved that it holds what was heard is heard again",
            "            self.inbox.resume(source)\n",
            "",
            "tests/integration/test_epochs.py",
        ),
    ),
    *mistakes(
        "feed",
        "services/kernel/http/operations.py",
        (
            "the feed is for services only",
            "    def _feed(self, request: Request[None, FeedQuery]) -> Answer:\n        request.actor.require_service()\n",
            "    def _feed(self, request: Request[None, FeedQuery]) -> Answer:\n",
            "tests/integration/test_operations.py::test_the_feed_is_answered_to_services_only",
        ),
        (
            "what the log holds about a person is for the gateway only",
            'request.actor.require_service("gateway")',
            "request.actor.require_service()",
            "tests/integration/test_operations.py::test_what_the_log_holds_about_a_person_is_answered_to_the_gateway_only",
        ),
    ),
)
