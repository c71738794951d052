"""Mistakes in process managers, deadlines, the lease and the runner."""

from __future__ import annotations

from tests.mutations.plant import WAS_REAL, mistakes

CRASHES = "tests/integration/test_manager_crashes.py"
RECOVERY = "tests/integration/test_manager_recovery.py"
LEASE = "tests/faults/test_lease.py"

MUTATIONS = (
    *mistakes(
        "managers",
        "services/kernel/managers/manager_reader.py",
        (
            "a manager of two logs stores its reaction before it gives the commands",
            "        self._reactions.store()\n        self._park_failures(self._reactions.give())\n",
            "        self._park_failures(self._reactions.give())\n        self._reactions.store()\n",
            "cast departure",
            WAS_REAL,
        ),
        (
            "commands that are still to be given are found after a crash",
            "        self._settle(self._instances.all_pending())\n\n    def _take_all",
            "\n    def _take_all",
            "cast departure",
        ),
        (
            "the checkpoint moves only over finished work",
            "        reacted = self._take_all(batch.items)\n",
            (
                "        self._checkpoints.move(self.name, lease, self._position, self._position + len(batch.items))\n"
                "        self._position += len(batch.items)\n        reacted = self._take_all(batch.items)\n"
            ),
            "cast copying",
        ),
        (
            "later facts of an instance wait behind a parked fact",
            "                if instance in self._blocked or instance in waiting:",
            "                if instance in waiting:",
            "cast copying",
        ),
        (
            "a fact that fails is parked before the checkpoint passes it",
            "        self._parking.park(self._to_park)\n",
            "",
            "cast copying",
        ),
        (
            "a fact is parked under the instance for which it failed",
            "at.log, at.position, at.index, key, why, parked_now())",
            "at.log, at.position, at.index, at.log, why, parked_now())",
            "cast copying",
        ),
        (
            "facts whose instances could not be told hold up the later facts of their stream",
            "            if instances and item.stream in self._blocked:",
            "            if instances and item.stream in self._blocked and not item.stream:",
            CRASHES,
        ),
        (
            "a parked fact that fails again waits for an operator again",
            "            self._parking.unmark(self.name, key)\n",
            "            pass\n",
            CRASHES,
        ),
        (
            "a state that cannot be stored parks its fact, and other instances go on",
            "        except StateRefused:\n",
            "        except ZeroDivisionError:\n",
            CRASHES,
            WAS_REAL,
        ),
        (
            "a manager that starts now meets its sources before it reads their first fact",
            "                self._starts.meet(name)\n",
            "                pass\n",
            "tests/integration/test_managers.py",
        ),
        (
            "after an error a manager reads its checkpoint and what is pending anew",
            "                self._position = None\n                raise",
            "                raise",
            "cast departure",
        ),
    ),
    *mistakes(
        "managers",
        "services/kernel/managers/reactions.py",
        (
            "a fact that was told late is taken although later facts were taken",
            "done = self._instances.done_late if late else self._instances.done",
            "done = self._instances.done",
            CRASHES,
            WAS_REAL,
        ),
        (
            "a manager that starts now gives no commands for old facts",
            "commands = [] if self._muted(fact) else reaction.commands",
            "commands = reaction.commands",
            "tests/integration/test_managers.py",
        ),
        (
            "given commands are no longer pending",
            "        self._instances.given(pendings)\n        return failures\n\n    def settle",
            "        return failures\n\n    def settle",
            "cast copying",
        ),
        (
            "a fact that failed stays pending, and so do the facts behind it",
            "if each.instance in concerned - failed]",
            "if each.instance in concerned]",
            CRASHES,
        ),
        (
            "the instances of one fact give their commands in the manager's order after a crash too",
            "concerned.index(pending.instance) if pending.instance in concerned else len(concerned)",
            "-concerned.index(pending.instance) if pending.instance in concerned else len(concerned)",
            RECOVERY,
        ),
    ),
    *mistakes(
        "managers",
        "services/kernel/managers/dispatcher.py",
        (
            "a command's id names its target, and not its place in a list",
            "derived_id(self._manager, instance, fact.id, *target, given[target])",
            "derived_id(self._manager, instance, fact.id, given.total())",
            RECOVERY,
            WAS_REAL,
        ),
    ),
    *mistakes(
        "managers",
        "services/kernel/managers/instances.py",
        (
            "commands are found again on the state on which they were found at first",
            'pending = {"log": item.log, "before": before["state"], "facts": []}',
            'pending = {"log": item.log, "before": dict(reaction.state), "facts": []}',
            "cast departure",
        ),
        (
            "a fact that was taken is not taken again",
            'return bool(self._held[instance]["at"].get(item.log, -1) >= item.guard)',
            'return bool(self._held[instance]["at"].get(item.log, -1) > item.guard)',
            "cast copying",
        ),
        (
            "of two that work on one instance only one stores its state",
            '{"_id": document["_id"], "revision": revision}, document',
            '{"_id": document["_id"]}, document',
            "cast copying",
        ),
        (
            "a paused process does not remove what another has still to give",
            'UpdateOne({"_id": each.instance, "revision": each.revision}, {"$unset": {"pending": ""}})',
            'UpdateOne({"_id": each.instance}, {"$unset": {"pending": ""}})',
            RECOVERY,
        ),
    ),
    *mistakes(
        "managers",
        "services/kernel/managers/starts.py",
        (
            "numbers of facts are compared with a manager's start within one epoch only",
            "        if fact.epoch == self.epoch:\n",
            "        if fact.epoch:\n",
            RECOVERY,
            WAS_REAL,
        ),
    ),
    *mistakes(
        "deadlines",
        "services/kernel/managers/deadline_reader.py",
        (
            "a deadline passes once, also if its record was in doubt",
            "command_id = derived_id(self._manager.name, instance, name, due.isoformat())",
            "command_id = derived_id(self._manager.name, instance, name, self._clock.now().isoformat())",
            "cast closing",
        ),
        (
            "a deadline that a manager cannot take stops no other",
            "        self._instances.recorded(passed)\n",
            "",
            CRASHES,
            WAS_REAL,
        ),
        (
            "a deadline that cannot be recorded stops no other",
            "            self._failed.add(deadlines.instance)\n",
            "",
            CRASHES,
            WAS_REAL,
        ),
        (
            "a new holder of the lease asks for the deadlines that another instance has set",
            "if self._asked is None or self._asked[0] != lease:",
            "if self._asked is None:",
            "tests/integration/test_idleness.py",
        ),
        (
            "deadlines that come are asked for in time",
            "(self._next is None or self._next > now)",
            "(self._next is None or self._next > self._next)",
            "cast closing",
        ),
    ),
    *mistakes(
        "deadlines",
        "services/kernel/managers/instances.py",
        (
            "a deadline that the manager sets while another passes is not lost",
            '                {"_id": each.instance, "revision": each.revision},\n                {"$set": each.after} if',
            '                {"_id": each.instance},\n                {"$set": each.after} if',
            "cast closing",
        ),
        (
            "no deadline passes early",
            'passed = {each["name"]: each["due"] for each in deadlines if each["due"] <= now and',
            'passed = {each["name"]: each["due"] for each in deadlines if',
            "tests/integration/test_managers.py tests/integration/test_manager_recovery.py",
        ),
    ),
    *mistakes(
        "readers",
        "services/kernel/readers/reader.py",
        (
            "a newer lease stops the older holder's checkpoint",
            'same = {"_id": reader, "position": held, "lease": {"$lte": lease}}',
            'same = {"_id": reader, "position": held}',
            "tests/integration/test_managers.py",
        ),
        (
            "a checkpoint that another has moved is not moved back",
            'same = {"_id": reader, "position": held, "lease": {"$lte": lease}}',
            'same = {"_id": reader, "lease": {"$lte": lease}}',
            "tests/integration/test_managers.py",
        ),
        (
            "a reader misses no entry of another process",
            "return seen is not None and after >= max(seen, appended)",
            "return seen is not None and after >= min(seen, appended)",
            "cast departure",
        ),
        (
            "a parked fact that the log does not hold any more stops no reader",
            "found = next((item for item in batch.items if item.index == index), None)",
            "found = next(item for item in batch.items if item.index == index)",
            CRASHES,
            WAS_REAL,
        ),
    ),
    *mistakes(
        "lease",
        "services/kernel/readers/lease.py",
        (
            "each taking raises the number",
            'number = int(found["number"]) + 1',
            'number = int(found["number"])',
            LEASE,
        ),
        (
            "a silent holder loses the lease within three seconds",
            "LEASE_SECONDS = 3.0",
            "LEASE_SECONDS = 30.0",
            LEASE,
        ),
        (
            "a holder believes in its lease no longer than the server",
            "            self._until = asked + LEASE_SECONDS",
            "            self._until = asked + 10 * LEASE_SECONDS",
            "cast departure",
        ),
        (
            "a holder counts from before the server was asked",
            "            self._until = asked + LEASE_SECONDS",
            "            self._until = time.monotonic() + LEASE_SECONDS",
            "cast departure",
        ),
        (
            "of two simultaneous instances one takes the lease",
            'for name in ("_id", "number", "holder", "until")}',
            'for name in ("_id",)}',
            "cast departure",
        ),
        (
            "a lease that was renewed while another instance looked is not taken",
            'for name in ("_id", "number", "holder", "until")}',
            'for name in ("_id", "number", "holder")}',
            "cast departure",
            WAS_REAL,
        ),
        (
            "a renewal needs the number under which the lease was taken",
            '"holder": self._instance, "number": self.number}\n        until',
            '"number": {"$gte": self.number}}\n        until',
            "cast departure",
        ),
        (
            "a database clock that was put back keeps no dead holder in office",
            "return now < moment <= now + timedelta(seconds=LEASE_SECONDS)",
            "return now < moment",
            LEASE,
            WAS_REAL,
        ),
        (
            "a released lease is free at once",
            '{"$set": {"until": self._server_time()}},',
            '{"$set": {"released": self._server_time()}},',
            LEASE,
        ),
    ),
    *mistakes(
        "runner",
        "services/kernel/readers/runner.py",
        (
            "an instance without the lease steps no reader",
            "            if not self._lease.held():\n                self._stand_by(reader)",
            "            if not self._lease.held() and stop.is_set():\n                self._stand_by(reader)",
            "tests/unit/kernel/test_runner.py",
        ),
        (
            "an instance that stands by shows no trouble of readers that another runs",
            "                self._stand_by(reader)\n",
            "",
            "tests/unit/kernel/test_runner.py",
            WAS_REAL,
        ),
        (
            "the pauses of a reader that fails grow",
            "                stop.wait(backoff.next())\n",
            "                stop.wait(SHORTEST_PAUSE)\n",
            "tests/unit/kernel/test_runner.py",
        ),
        (
            "no error ends a reader",
            "            except Exception as error:  # noqa: BLE001 - whatever a step raises is a pause, never an end",
            "            except OSError as error:",
            "tests/unit/kernel/test_runner.py",
        ),
    ),
)
