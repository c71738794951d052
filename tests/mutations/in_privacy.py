"""Mistakes in vault, eraser, claims and policy."""

from __future__ import annotations

from tests.mutations.plant import WAS_REAL, mistakes

MUTATIONS = (
    *mistakes(
        "vault",
        "services/kernel/privacy/vault.py",
        (
            "nothing opens with another owner's key",
            "            key = self._open_keys.get(owner)\n",
            "            key = next(iter(self._open_keys.values()), None)\n",
            "tests/unit/kernel/test_vault.py",
        ),
        (
            "under a tombstone no new key is made",
            '        if document["key"] is None:\n            raise Erased(owner)\n',
            '        if document["key"] is None:\n            return None\n',
            "tests/integration/test_keys.py",
        ),
        (
            "an id without a key is destroyed too, so nothing is sealed for it afterwards",
            '{"$set": {"key": None, "destroyed": datetime.now(UTC)}}, upsert=True\n',
            '{"$set": {"key": None, "destroyed": datetime.now(UTC)}}\n',
            "tests/integration/test_keys.py",
        ),
        (
            "two processes that seal for a person at once use one key",
            "            if standing is None:\n                raise\n            return standing\n",
            "            if standing is None:\n                raise\n            return wrapped\n",
            "tests/integration/test_keys.py",
        ),
        (
            "all ids of a person are destroyed",
            "        for owner in owners:\n            self._keys.destroy(owner)",
            "        for owner in owners[:1]:\n            self._keys.destroy(owner)",
            "tests/integration/test_keys.py tests/unit/kernel/test_vault.py",
        ),
    ),
    *mistakes(
        "eraser",
        "services/kernel/readers/eraser.py",
        (
            "each start repeats every erasure",
            "            fact = None if item is None else self._unread.read(item)\n            if fact is not None:",
            "            fact = None if item is None else self._unread.read(item)\n            if fact is None:",
            "tests/integration/test_eraser.py",
        ),
        (
            "the list of erasures is believed only for the log that it was made of",
            'if item is not None and item.load().id == end["fact"]:',
            "if item is not None:",
            "tests/integration/test_eraser.py",
        ),
        (
            "an erasure is listed before the list's end passes it",
            "            self._erasures.add(fact)\n",
            "",
            "tests/integration/test_eraser.py",
        ),
        (
            "no erasure that cannot be read is skipped",
            "return done + self._unread.take_marked(lease, self._source, self._take)",
            "return done",
            "tests/integration/test_eraser.py",
        ),
    ),
    *mistakes(
        "eraser",
        "services/kernel/readers/erasure_gate.py",
        (
            "a restored key opens nothing before the erasures are repeated",
            "        if not self.is_open():\n",
            "        if not self.is_open() and self._open:\n",
            "tests/integration/test_erasure_gate.py",
            WAS_REAL,
        ),
        (
            "what a backup says of repeated erasures opens nothing",
            'noted is not None and lease_in_force(self._database, int(noted["number"]))',
            "noted is not None",
            "tests/integration/test_erasure_gate.py",
        ),
    ),
    *mistakes(
        "claims",
        "services/kernel/privacy/claims.py",
        (
            "one contact belongs to one identity",
            '            return str(document["identity"])\n        return identity',
            "            return identity\n        return identity",
            "tests/services/members/test_api_members.py tests/services/members/test_api_duplicates.py",
        ),
    ),
    *mistakes(
        "policy",
        "services/kernel/base/signed.py",
        (
            "clocks that differ by less than half a minute are no reason for a 401",
            "        if age < -SKEW_SECONDS:",
            "        if age < 0:",
            "tests/unit/kernel/test_policy.py",
            WAS_REAL,
        ),
        (
            "a signature has an age",
            "if age >= self._seconds + SKEW_SECONDS + 1:",
            "if age >= self._seconds + 3600 * SKEW_SECONDS:",
            "tests/unit/kernel/test_policy.py",
        ),
    ),
    *mistakes(
        "policy",
        "services/kernel/declare/policy.py",
        (
            "a permission in one region is none in another",
            "EVERYWHERE in regions or (region is not None and region in regions)",
            "EVERYWHERE in regions or (region is not None and bool(regions))",
            "tests/unit/kernel/test_policy.py tests/services/members/test_scope.py",
        ),
        (
            "an anonymous caller is nobody",
            '        if self.kind == "anonymous":\n            raise Unauthorized\n',
            "",
            "tests/unit/kernel/test_policy.py tests/services/members/test_scope.py",
        ),
    ),
)
