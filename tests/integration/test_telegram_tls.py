"""Telegram itself is behind TLS, and services run under eventlet: the client that speaks to it works there, and trusts not just anybody."""

import json
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
PATCHED = """
import eventlet
eventlet.monkey_patch()
import sys, threading, time
from services.kernel.base.settings import TelegramBot
from services.kernel.telegram.bot_api import Telegram, TelegramError
ticks = []
def tick():
    while len(ticks) < 1000:
        ticks.append(1)
        time.sleep(0.005)
threading.Thread(target=tick, daemon=True).start()
try:
    with Telegram(TelegramBot("1:x", sys.argv[1]), 5.0) as telegram:
        print([telegram.get_me()["id"] for _ in range(3)], len(ticks) > 3)
except TelegramError as error:
    print(type(error).__name__, error)
"""


class Slow(BaseHTTPRequestHandler):
    """Thinks for a moment, so that a client that blocks its process is seen to."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        threading.Event().wait(0.05)
        body = json.dumps({"ok": True, "result": {"id": 7}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Quiet."""


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "telegram.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return tmp_path


@pytest.fixture
def url(certificate):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def asked(url, **environment):
    run = [sys.executable, "-W", "ignore", "-c", PATCHED, url]
    told = subprocess.run(
        run, env={"PYTHONPATH": str(ROOT), **environment}, capture_output=True, text=True, timeout=30, check=False
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_a_patched_process_speaks_tls_and_goes_on_with_everything_else_meanwhile(url, certificate):
    assert asked(url, SSL_CERT_FILE=str(certificate / "certificate.pem")) == "[7, 7, 7] True"


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(url):
    assert asked(url) == "Unavailable getMe: ConnectError"
