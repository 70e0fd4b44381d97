"""The hub's authority: TLS that works, for the office's names and nothing else."""

import http.server
import ipaddress
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509

from hub.authority import (
    authority_certificate,
    create_authority,
    issue_server,
    load_authority,
    server_ssl,
)
from hub.client import HubClient, Unreachable
from hub.errors import Refused

NOW = datetime.now(UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"name":"k","kind":"kiosk","counter":null,"seq":4}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that distrusts us hangs up: expected here."""


@pytest.fixture
def serve():
    servers = []

    def start(certificate, key) -> int:
        server = QuietServer(("127.0.0.1", 0), Hello)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return server.server_address[1]

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join(60)
        server.server_close()


@pytest.mark.anyio
async def test_a_station_that_pinned_the_authority_speaks_to_the_hub(tmp_path, serve):
    create_authority(tmp_path, office="Kantor Imigrasi", at=NOW)
    port = serve(*server_ssl(tmp_path, at=NOW))

    pinned = authority_certificate(tmp_path)
    async with HubClient(f"https://127.0.0.1:{port}", "t", ca=pinned) as client:
        me = await client.me()

    assert me.seq == 4


@pytest.mark.anyio
async def test_another_offices_authority_opens_nothing(tmp_path, serve):
    create_authority(tmp_path / "ours", office="A", at=NOW)
    create_authority(tmp_path / "theirs", office="A", at=NOW)
    port = serve(*server_ssl(tmp_path / "theirs", at=NOW))

    pinned = authority_certificate(tmp_path / "ours")
    async with HubClient(f"https://127.0.0.1:{port}", "t", ca=pinned) as client:
        with pytest.raises(Unreachable) as error:
            await client.me()

    assert "certificate" in error.value.detail


def test_the_authority_vouches_for_the_office_only(tmp_path):
    create_authority(tmp_path, office="A", at=NOW, names=["kanim.local"])

    for names, addresses in ((["kanim.local", "bank.example"], []), ([], ["8.8.8.8"])):
        with pytest.raises(Refused) as refused:
            issue_server(tmp_path, names=names, addresses=addresses, at=NOW)
        assert refused.value.code == "authority_name"


def test_its_name_constraints_are_critical_and_its_keys_private(tmp_path):
    networks = [ipaddress.ip_network("192.168.7.0/24")]
    authority = create_authority(
        tmp_path, office="A", at=NOW, names=["kanim.local"], networks=networks
    )
    issue_server(tmp_path, names=["hub.kanim.local"], addresses=["192.168.7.2"], at=NOW)

    limits = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    basic = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints)

    assert limits.critical
    assert basic.critical
    assert basic.value.path_length == 0
    for name in ("ca-key.pem", "server-key.pem"):
        assert (tmp_path / "tls" / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.anyio
async def test_a_browser_refuses_a_name_outside_the_constraints(tmp_path, serve):
    create_authority(tmp_path, office="A", at=NOW, names=["kanim.local"])
    # the hub would not issue it at all: openssl does, with the authority's key
    key, certificate = tmp_path / "other-key.pem", tmp_path / "other.pem"
    signed = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
              "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
              "-addext", "basicConstraints=critical,CA:FALSE", "-days", "30",
              "-CA", tmp_path / "tls" / "ca.pem", "-CAkey", tmp_path / "tls" / "ca-key.pem",
              "-keyout", key, "-out", certificate]  # fmt: skip
    subprocess.run(signed, check=True, capture_output=True)
    port = serve(certificate, key)

    context = ssl.create_default_context(cafile=authority_certificate(tmp_path))
    async with httpx.AsyncClient(verify=context) as client:
        with pytest.raises(httpx.ConnectError, match="permitted subtree violation"):
            await client.get(f"https://localhost:{port}/")


def test_a_second_authority_is_refused(tmp_path):
    create_authority(tmp_path, office="A", at=NOW)

    with pytest.raises(Refused) as refused:
        create_authority(tmp_path, office="A", at=NOW)

    assert refused.value.code == "authority_exists"


def test_serving_without_an_authority_says_what_to_do(tmp_path):
    with pytest.raises(Refused) as refused:
        server_ssl(tmp_path, at=NOW)

    assert refused.value.code == "authority_missing"
    assert "loket hub init" in refused.value.en


def test_the_servers_certificate_is_kept_and_renewed_in_time(tmp_path):
    create_authority(tmp_path, office="A", at=NOW)
    path, _ = server_ssl(tmp_path, at=NOW)
    first = path.read_bytes()

    server_ssl(tmp_path, at=NOW + timedelta(days=300))
    kept = path.read_bytes()
    server_ssl(tmp_path, at=NOW + timedelta(days=380))
    renewed = path.read_bytes()
    server_ssl(tmp_path, at=NOW + timedelta(days=380), addresses=["127.0.0.1", "10.0.0.2"])
    widened = path.read_bytes()

    assert first == kept
    assert renewed not in (kept, widened)


def test_the_fingerprint_is_what_openssl_prints(tmp_path):
    import subprocess

    authority = create_authority(tmp_path, office="A", at=NOW)

    printed = subprocess.run(
        ["openssl", "x509", "-noout", "-sha256", "-fingerprint", "-in", tmp_path / "tls/ca.pem"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed.strip().endswith("=" + authority.fingerprint)
    assert load_authority(tmp_path).fingerprint == authority.fingerprint
