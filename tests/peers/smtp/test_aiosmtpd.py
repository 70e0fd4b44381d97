"""Our e-mail against a foreign server, aiosmtpd: TLS, STARTTLS, sign-in, each way to fail."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.messages.port import Later, Message, Never, Unsure
from hub.messages.smtp import Mail
from hub.office.message_rules import MessageRules

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MESSAGE = Message("a1b2", "anna@example.org", "Permohonan / Application", "Silakan datang.\n", AT)
PASSWORD = "surat-rahasia"


@dataclass
class Post:
    """What the server took, and what it answers instead of 250."""

    port: int = 0
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    signed_in: list[str] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 — aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 ok")

    async def handle_RCPT(  # noqa: N802 — as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 ok")

    async def handle_DATA(  # noqa: N802 — as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.get("DATA", "250 taken")
        if not answer:
            server.transport.abort()
        if answer in ("", "250 taken"):
            sender, content = envelope.mail_from or "", envelope.original_content or b""
            self.taken.append((sender, envelope.rcpt_tos, content))
        return answer

    def signs_in(self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
        assert isinstance(data, LoginPassword)
        right = data.password == PASSWORD.encode()
        self.signed_in.append(data.login.decode())
        return AuthResult(success=right, handled=right)


@contextmanager
def serving(post: Post, *, wrapped: ssl.SSLContext | None = None, **how: Any) -> Iterator[Post]:
    """Serve mail on loopback; `wrapped` speaks TLS from the first byte."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def open_() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(post, hostname="mail.example", loop=loop, **how),
            "127.0.0.1", 0, ssl=wrapped,
        )  # fmt: skip

    server = asyncio.run_coroutine_threadsafe(open_(), loop).result(60)
    post.port = server.sockets[0].getsockname()[1]

    async def close() -> None:
        server.close()
        mine = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not mine]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that nobody but its own file vouches for, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    usage = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(signed.public_bytes(pem) + private)
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "mail.password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    return file


Ways = Callable[..., Mail]


@pytest.fixture
def mail(certificate: Path, password: Path) -> Ways:
    def mail(post: Post, security: str = "none", **more: str) -> Mail:
        signed_in = {} if security == "none" else {"user": "skim", "password_file": str(password)}
        rules = MessageRules(
            adapter="smtp", host="127.0.0.1", port=post.port, security=security, timeout_s=5,
            sender="skim@example.go.id", **{"ca_file": str(certificate)} | signed_in | more,
        )  # fmt: skip
        return Mail(rules, "Kantor Imigrasi Contoh")

    return mail


def needs_tls(post: Post, tls: ssl.SSLContext) -> dict[str, Any]:
    how = {"tls_context": tls, "require_starttls": True, "auth_required": True}
    return how | {"authenticator": post.signs_in}


def test_by_starttls_and_a_password_it_arrives_whole(mail: Ways, tls: ssl.SSLContext) -> None:
    post = Post()
    with serving(post, **needs_tls(post, tls)):
        mail(post, "starttls").send(MESSAGE)

    [(sender, to, content)] = post.taken
    assert (sender, to, post.signed_in) == ("skim@example.go.id", [MESSAGE.to], ["skim"])
    assert b"Message-ID: <a1b2@example.go.id>\r\n" in content
    assert content.endswith(b"\r\n\r\nSilakan datang.\r\n")


def test_by_tls_from_the_first_byte_it_arrives(mail: Ways, tls: ssl.SSLContext) -> None:
    post = Post()
    how = {"authenticator": post.signs_in, "auth_require_tls": False}
    with serving(post, wrapped=tls, **how):
        mail(post, "tls").send(MESSAGE)

    assert (len(post.taken), post.signed_in) == (1, ["skim"])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    mail: Ways, tls: ssl.SSLContext, security: str
) -> None:
    post = Post()
    how = needs_tls(post, tls) if security == "starttls" else {}
    with (
        serving(post, wrapped=tls if security == "tls" else None, **how),
        pytest.raises(Later, match=r"^certificate$"),
    ):
        mail(post, security, ca_file="").send(MESSAGE)

    assert (post.taken, post.signed_in) == ([], [])


def test_a_wrong_password_and_one_that_cannot_be_read_are_told_apart(
    mail: Ways, tls: ssl.SSLContext, password: Path, tmp_path: Path
) -> None:
    post = Post()
    password.write_text("lama", encoding="utf-8")
    with serving(post, **needs_tls(post, tls)):
        for more, code in (
            ({}, "sign_in"),
            ({"password_file": str(tmp_path / "none")}, "password_file"),
            ({"ca_file": str(password)}, "ca_file"),
        ):
            with pytest.raises(Later, match=rf"^{code}$"):
                mail(post, "starttls", **more).send(MESSAGE)

    assert post.taken == []


def test_a_server_without_starttls_or_sign_in_gets_no_password(mail: Ways) -> None:
    post = Post()
    with serving(post), pytest.raises(Later, match=r"^not_offered$"):
        mail(post, "starttls").send(MESSAGE)

    assert (post.taken, post.signed_in) == ([], [])


def test_a_server_of_the_other_kind_is_said_to_be_so(mail: Ways) -> None:
    post = Post()
    with serving(post), pytest.raises(Later, match=r"^tls$"):
        mail(post, "tls").send(MESSAGE)


@pytest.mark.parametrize(
    ("verb", "answer", "kind", "code"),
    [
        ("RCPT", "550 5.1.1 nobody of this name", Never, "address_refused"),
        ("RCPT", "450 4.2.0 greylisted, come again", Later, "server_busy"),
        ("MAIL", "553 5.7.1 not your address", Later, "sender_refused"),
        ("MAIL", "451 4.3.0 busy", Later, "server_busy"),
        ("DATA", "554 5.6.0 looks like spam", Never, "content_refused"),
        ("DATA", "452 4.3.1 no room", Later, "server_busy"),
        ("DATA", "", Unsure, "no_answer"),
    ],
)
def test_what_the_server_says_decides(
    mail: Ways, verb: str, answer: str, kind: type[Exception], code: str
) -> None:
    post = Post()
    post.answers[verb] = answer
    with serving(post), pytest.raises(kind, match=rf"^{code}$"):
        mail(post).send(MESSAGE)

    assert len(post.taken) == (code == "no_answer")


def test_after_greylisting_the_same_message_arrives_once(mail: Ways) -> None:
    post = Post()
    post.answers["RCPT"] = "450 greylisted"
    with serving(post):
        with pytest.raises(Later):
            mail(post).send(MESSAGE)
        post.answers.clear()
        mail(post).send(MESSAGE)

    assert len(post.taken) == 1


def test_an_address_that_mail_cannot_carry_is_refused_before_anybody_is_asked(mail: Ways) -> None:
    odd = Message("a1b2", "anna\n@example.org", MESSAGE.subject, MESSAGE.text, AT)

    with pytest.raises(Never, match=r"^address_refused$"):
        mail(Post(port=9)).send(odd)
