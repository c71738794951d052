"""Webhooks go out of a process that eventlet has patched: over TLS, in their time, and nothing else stands still."""

import subprocess
import sys
from pathlib import Path

from tests.support.certificate import certificate
from tests.support.endpoint import an_endpoint

ROOT = Path(__file__).resolve().parents[2]
PATCHED = """
import eventlet
eventlet.monkey_patch()
import sys, threading, time
from services.notifications.domain.webhook_url import target_of
from services.notifications.webhooks.addresses import system_resolve
from services.notifications.webhooks.webhook_client import WebhookClient, NoReply
ticks = []
def tick():
    while len(ticks) < 1000:
        ticks.append(1)
        time.sleep(0.005)
threading.Thread(target=tick, daemon=True).start()
client = WebhookClient(("127.0.0.1",), resolve=lambda host, port: ["127.0.0.1"], seconds=float(sys.argv[2]))
begun = time.monotonic()
try:
    said = client.post(target_of(sys.argv[1]), {"Webhook-Id": "1"}, b"{}").status
except NoReply as error:
    said = error.reason
assert "127.0.0.1" in system_resolve("localhost", 443)
print(said, len(ticks) > 10, time.monotonic() - begun < 5)
"""


def said(url: str, seconds: float, folder: Path | None) -> str:
    trust = {} if folder is None else {"SSL_CERT_FILE": str(folder / "cert.pem")}
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PATCHED, url, str(seconds)],
        env={"PYTHONPATH": str(ROOT), **trust},
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_a_patched_process_delivers_over_tls_gives_up_in_time_and_trusts_not_just_anybody(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, "kampus.example")
    with an_endpoint(server) as endpoint:
        port = endpoint.url.rpartition(":")[2].partition("/")[0]
        endpoint.slow = 0.2
        assert said(f"https://kampus.example:{port}/hook", 5.0, tmp_path) == "204 True True"
        assert said(f"https://other.example:{port}/hook", 5.0, tmp_path).startswith("tls")
        assert said(f"https://kampus.example:{port}/hook", 5.0, None).startswith("tls")
        endpoint.slow = 2.0
        assert said(f"https://kampus.example:{port}/hook", 0.5, tmp_path) == "timeout True True"
