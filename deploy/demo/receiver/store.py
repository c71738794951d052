"""The deliveries of each address, stored on the disk before they are answered, and read again after a crash."""

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


@dataclass
class Inbox:
    """One partner's address. With a `status` other than 204 the address answers this status and takes nothing."""

    secrets: list[str] = field(default_factory=list)
    status: int = 204
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    forged: int = 0

    def verifies(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether one of the secrets made the signature."""
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, headers, json_parse=False)
            except (WebhookVerificationError, ValueError):
                continue
            return True
        return False

    def shown(self) -> dict[str, Any]:
        """The inbox without its secrets."""
        return {"status": self.status, "forged": self.forged, "items": list(self.kept.values())}


class Store:
    """All inboxes of `directory`. A repeated delivery is stored once, in its first form, under its `webhook-id` and
    with the number of its arrivals.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "journal.jsonl"
        self._lock = threading.Lock()
        self._inboxes: dict[str, Inbox] = {}
        whole = 0
        if self._path.exists():
            for line in self._path.read_bytes().splitlines(keepends=True):
                if not line.endswith(b"\n"):  # cut off by a crash, so never answered
                    break
                whole += len(line)
                self._apply(json.loads(line))
            os.truncate(self._path, whole)

    def inbox(self, name: str) -> dict[str, Any]:
        """The inbox of an address."""
        with self._lock:
            return self._inboxes.get(name, Inbox()).shown()

    def settle(self, name: str, settings: dict[str, Any]) -> None:
        """Change `secrets` or `status` of an address."""
        with self._lock:
            self._keep(
                {"inbox": name, "settings": {key: settings[key] for key in ("secrets", "status") if key in settings}}
            )

    def take(self, name: str, body: bytes, headers: dict[str, str]) -> int:
        """Handle a delivery; returns the status of the answer."""
        with self._lock:
            inbox = self._inboxes.get(name, Inbox())
            if inbox.status != 204:
                return inbox.status
            good = inbox.verifies(body, headers)
            number = headers.get("deliveryseq")
            signatures = len(headers.get("webhook-signature", "").split())
            came = {"id": headers.get("webhook-id", ""), "number": number, "signatures": signatures}
            self._keep({"inbox": name, "came": {**came, "good": good, "body": body.decode("utf-8", "replace")}})
            return 204 if good else 401

    def _keep(self, change: dict[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(change, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._apply(change)

    def _apply(self, change: dict[str, Any]) -> None:
        inbox = self._inboxes.setdefault(change["inbox"], Inbox())
        for name, value in change.get("settings", {}).items():
            setattr(inbox, name, value)
        if (came := change.get("came")) is None:
            return
        if not came.pop("good"):
            inbox.forged += 1
            return
        inbox.kept.setdefault(came["id"], {**came, "times": 0})["times"] += 1
