"""Messages as e-mail through the office's own server (RFC 5321); blocking, called in a thread."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from hub.messages.port import Later, Message, Never, Unsure
from hub.office import OfficeConfig
from hub.office.message_rules import MessageRules

TAKEN = 250
FOR_GOOD = 500
"""RFC 5321 §4.2.1: 4yz is to be tried again, 5yz is not."""


def connect(office: OfficeConfig) -> Mail:
    """Return the office's mail server; it is spoken to when there is something to send."""
    return Mail(office.messages, office.office.name.id)


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends by SMTP, one conversation a message."""

    rules: MessageRules
    office: str

    def send(self, message: Message) -> None:
        """Send an e-mail. Raises Later, Never, Unsure."""
        content = self._written(message)
        client = self._reach()
        try:
            self._name(client, message.to)
            self._hand_over(client, content)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def _reach(self) -> smtplib.SMTP:
        rules = self.rules
        context, password = self._trusted(), self._password()
        client: smtplib.SMTP | None = None
        try:
            if rules.security == "tls":
                client = smtplib.SMTP_SSL(
                    rules.host, rules.port, timeout=rules.timeout_s, context=context
                )
            else:
                client = smtplib.SMTP(rules.host, rules.port, timeout=rules.timeout_s)
            if rules.security == "starttls":
                client.starttls(context=context)
            if rules.user:
                client.login(rules.user, password)
        except (smtplib.SMTPException, OSError) as error:
            if client is not None:
                client.close()
            raise Later(_why_not_reached(error)) from error
        return client

    def _trusted(self) -> ssl.SSLContext:
        """Return whom to believe: the authorities of the machine, and that of the office."""
        context = ssl.create_default_context()
        if self.rules.ca_file:
            try:
                context.load_verify_locations(self.rules.ca_file)
            except OSError as error:  # ssl.SSLError is one: the file holds no certificate
                raise Later("ca_file") from error
        return context

    def _password(self) -> str:
        if not self.rules.user:
            return ""
        try:
            return Path(self.rules.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Later("password_file") from error

    def _name(self, client: smtplib.SMTP, to: str) -> None:
        """Name sender and receiver; nothing is handed over yet."""
        try:
            client.ehlo_or_helo_if_needed()
            code, _ = client.mail(self.rules.sender)
            if code >= FOR_GOOD:  # the office's own set-up is wrong, not the applicant's address
                raise Later("sender_refused")
            if code // 100 == 2:
                code, _ = client.rcpt(to)
            if code >= FOR_GOOD:
                raise Never("address_refused")
            if code // 100 != 2:
                raise Later("server_busy")
        except (smtplib.SMTPException, OSError) as error:
            raise Later("server_away") from error

    def _hand_over(self, client: smtplib.SMTP, content: bytes) -> None:
        try:
            code, _ = client.data(content)
        except smtplib.SMTPDataError as error:  # said before the content went out
            raise (Never if error.smtp_code >= FOR_GOOD else Later)("content_refused") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure("no_answer") from error
        if code >= FOR_GOOD:
            raise Never("content_refused")
        if code != TAKEN:
            raise Later("server_busy")

    def _written(self, message: Message) -> bytes:
        if not message.to.isascii() or not message.to.isprintable():
            raise Never("address_refused")  # RFC 6531 is not spoken here
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.rules.sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(message.at)
        domain = self.rules.sender.rpartition("@")[2]
        mail["Message-ID"] = f"<{message.reference}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine replies
        mail.set_content(message.text)
        return mail.as_bytes()


def _why_not_reached(error: smtplib.SMTPException | OSError) -> str:
    """Return the code of what keeps the server away, by what a person must do about it."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "sign_in"
        case smtplib.SMTPNotSupportedError():
            return "not_offered"
        case ssl.SSLCertVerificationError():
            return "certificate"
        case ssl.SSLError():
            return "tls"
        case _:
            return "server_away"
