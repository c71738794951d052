"""Mistakes in the log and in the decider."""

from __future__ import annotations

from tests.mutations.plant import WAS_REAL, mistakes

MUTATIONS = (
    *mistakes(
        "log",
        "services/kernel/log/group_commit.py",
        (
            "the writer never counts on from a position that was refused",
            "last, self._own = self._own or self._head(), None",
            "last = self._own or self._head()",
            "cast log",
        ),
        (
            "positions have no gaps",
            "position = last.position + 1\n",
            "position = last.position + 1 + bool(facts)\n",
            "cast bus",
        ),
        (
            "numbers of facts have no gaps and no repetition",
            '"last_fact": last.last_fact + len(facts)',
            '"last_fact": last.last_fact + min(1, len(facts))',
            "cast bus",
        ),
        (
            "each append of a batch has a result, whatever is raised",
            "            for waiting in batch:\n                if not waiting.settled:",
            "            for waiting in batch[:1]:\n                if not waiting.settled:",
            "tests/unit/kernel/test_group_commit.py",
            WAS_REAL,
        ),
        (
            "after a lost answer the commit that stands is the answer",
            "            elif same_append(document, waiting.document):",
            "            elif False:",
            "tests/faults/test_log.py::test_an_append_whose_answer_was_lost_stands_once_and_is_answered",
        ),
        (
            "a conflict is one command's own, and the rest of its batch is written",
            "+ batch[index + 1 :]\n        self._settle(batch, numbered)",
            "\n        self._settle(batch, numbered)",
            "tests/unit/kernel/test_group_commit.py tests/contract/test_event_log.py",
        ),
        (
            "an append that got no turn in time is not written afterwards",
            "                self._leave(waiting)\n",
            "",
            "tests/unit/kernel/test_group_commit.py",
        ),
    ),
    *mistakes(
        "log",
        "services/kernel/log/commit_document.py",
        (
            "a command has one outcome, and another append under its id is no repetition",
            "        return ids[0] == ids[1]",
            "        return True",
            "tests/contract/test_event_log.py",
        ),
    ),
    *mistakes(
        "log",
        "services/kernel/base/mongo.py",
        (
            "an acknowledged append survives a crash of the database",
            'WriteConcern("majority", j=True)',
            'WriteConcern("majority", j=False)',
            "cast log",
        ),
    ),
    *mistakes(
        "log",
        "services/kernel/base/recent_buffer.py",
        (
            "readers of the memory of recent commits miss no commit of another instance",
            "if position != self._last + 1:",
            "if position < self._last:",
            "cast views",
        ),
    ),
    *mistakes(
        "log",
        "services/kernel/log/mongo_log.py",
        (
            "a commit has at most 999 events, so that guards never meet",
            "if len(append.events) > MAXIMUM_COMMIT_EVENTS:",
            "if len(append.events) > 10 * MAXIMUM_COMMIT_EVENTS:",
            "tests/contract/test_event_log.py",
            WAS_REAL,
        ),
        (
            "a fact among many refusals costs its reader a few small queries",
            "or self.read(position - 1, limit)",
            "or self.read(position - 1, 100 * limit)",
            "tests/integration/test_log_facts.py",
            WAS_REAL,
        ),
        (
            "facts are read from every number",
            "            if self._last_fact_at(middle) >= n:",
            "            if self._last_fact_at(middle) > n:",
            "tests/integration/test_log_facts.py::test_facts_among_refusals_are_all_read_in_order_from_every_number",
        ),
    ),
    *mistakes(
        "decider",
        "services/kernel/commands/decider.py",
        (
            "an If-Match is judged on the stored version",
            "                if guess is None:\n                    raise",
            "                if guess is None or guess:\n                    raise",
            "tests/unit/kernel/test_decider.py",
        ),
        (
            "a refusal is never decided on a remembered state alone",
            "if guess is not None and append.stream is None:",
            "if guess is not None and append.stream is None and not state:",
            "tests/unit/kernel/test_decider.py",
        ),
        (
            "a second request under the key of a running request is not decided beside it",
            "if command_id in self._running:",
            "if command_id in self._running and not command_id:",
            "tests/unit/kernel/test_decider.py",
        ),
        (
            "another request under a used key is refused",
            "if standing.request != request:",
            "if standing.request != request and not request:",
            "tests/unit/kernel/test_decider.py",
        ),
        (
            "a repeated request has its first answer although its If-Match is stale by now",
            "                if standing is None:\n                    raise",
            "                if standing is None or standing.refused is None:\n                    raise",
            "tests/unit/kernel/test_decider.py",
        ),
        (
            "a command whose stream never rests is given up after its time",
            "                if time.monotonic() >= patience:",
            "                if time.monotonic() >= patience + 3600:",
            "tests/unit/kernel/test_decider.py",
        ),
        (
            "commands for one stream wait for each other, and at most for five seconds",
            "if not lock.acquire(timeout=max(0.0, deadline - time.monotonic())):",
            "if not lock.acquire(timeout=60 + max(0.0, deadline - time.monotonic())):",
            "tests/unit/kernel/test_decider.py",
        ),
    ),
)
