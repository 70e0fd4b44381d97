"""The hub's own certificate authority: TLS on the office's network without anybody outside.

The authority may vouch for the office's names and address ranges only: its certificate carries
critical name constraints (RFC 5280 §4.2.1.10), so a browser that trusts it trusts it for nothing
else. Its fingerprint is printed by `loket hub init` and compared before a browser installs it.

    DIR/tls/ca.pem       the authority            0644   given to stations and browsers
    DIR/tls/ca-key.pem   its key                  0600
    DIR/tls/server.pem   the hub's certificate, then the authority's
    DIR/tls/server-key.pem                        0600
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.errors import Refused

Network = IPv4Network | IPv6Network
Place = IPv4Address | IPv6Address

AUTHORITY_LASTS = timedelta(days=3650)
SERVER_LASTS = timedelta(days=397)
"""CA/Browser Forum BR §6.3.2: browsers refuse longer ones."""
RENEW_BEFORE = timedelta(days=30)
BACKDATED = timedelta(hours=1)
"""A station's clock may be a little behind."""

PRIVATE_NETWORKS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
"""RFC 1918, RFC 4193, loopback and link-local: where an office's network lies."""
LOCAL_NAMES = ("localhost", "local")
"""A permitted name covers everything below it: `local` covers every name of multicast DNS."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The office's certificate authority with its key, loaded."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        """Return SHA-256 over the certificate as browsers show it: `AB:CD:…`."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def create_authority(
    folder: Path,
    *,
    office: str,
    at: datetime,
    names: Sequence[str] = LOCAL_NAMES,
    networks: Sequence[Network] = PRIVATE_NETWORKS,
) -> Authority:
    """Create the authority in `folder`/tls for `names` and `networks`.

    Raises Refused `authority_exists` if there is one: stations have pinned it.
    """
    tls = _tls(folder)
    if (tls / "ca.pem").exists():
        code = "authority_exists"
        raise Refused(code, f"{tls} already holds an authority", id=f"{tls} sudah berisi otoritas")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, office[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "Loket CA"),
        ]
    )
    permitted = [*map(x509.DNSName, names), *map(x509.IPAddress, networks)]
    certificate = (
        _builder(name, name, key.public_key(), at, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(tls / "ca-key.pem", _key_pem(key), mode=0o600)
    _write(tls / "ca.pem", certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return Authority(certificate, key)


def load_authority(folder: Path) -> Authority:
    """Load the authority of `folder`. Raises Refused `authority_missing`."""
    tls = _tls(folder)
    try:
        certificate = x509.load_pem_x509_certificate((tls / "ca.pem").read_bytes())
        key = serialization.load_pem_private_key((tls / "ca-key.pem").read_bytes(), None)
    except (FileNotFoundError, ValueError) as error:
        code = "authority_missing"
        raise Refused(
            code,
            f"no usable authority in {tls}; create it with: loket hub init",
            id=f"tidak ada otoritas di {tls}; buat dengan: loket hub init",
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        code = "authority_missing"
        raise Refused(code, f"the key in {tls} is not the authority's")
    return Authority(certificate, key)


def authority_certificate(folder: Path) -> Path:
    """Return the path of the certificate that stations pin and browsers install."""
    return _tls(folder) / "ca.pem"


def issue_server(
    folder: Path, *, names: Sequence[str], addresses: Sequence[str], at: datetime
) -> tuple[Path, Path]:
    """Issue the hub's certificate for `names` and IP `addresses`; return (certificate, key) paths.

    Raises Refused `authority_missing`, or `authority_name` for what it may not vouch for.
    """
    authority = load_authority(folder)
    places = [ipaddress.ip_address(address) for address in addresses]
    _check_permitted(authority.certificate, names, places)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (names or addresses)[0][:64])])
    alternatives = [*map(x509.DNSName, names), *map(x509.IPAddress, places)]
    certificate = (
        _builder(subject, authority.certificate.subject, key.public_key(), at, SERVER_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .sign(authority.key, hashes.SHA256())
    )
    tls = _tls(folder)
    chain = b"".join(
        one.public_bytes(serialization.Encoding.PEM) for one in (certificate, authority.certificate)
    )
    _write(tls / "server-key.pem", _key_pem(key), mode=0o600)
    _write(tls / "server.pem", chain, mode=0o644)
    return tls / "server.pem", tls / "server-key.pem"


def server_ssl(
    folder: Path,
    *,
    at: datetime,
    names: Sequence[str] = ("localhost",),
    addresses: Sequence[str] = ("127.0.0.1",),
) -> tuple[Path, Path]:
    """Return (certificate, key) paths for serving as `names` and `addresses`.

    Issues them anew if there are none, they end within 30 days, or lack one of these.
    Raises Refused as `issue_server` does.
    """
    tls = _tls(folder)
    if _still_good(tls, names, addresses, at):
        return tls / "server.pem", tls / "server-key.pem"
    return issue_server(folder, names=names, addresses=addresses, at=at)


def _still_good(tls: Path, names: Sequence[str], addresses: Sequence[str], at: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate((tls / "server.pem").read_bytes())
        key = serialization.load_pem_private_key((tls / "server-key.pem").read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return False
    if key.public_key() != certificate.public_key():
        return False  # a crash came between the two files
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = set(held.get_values_for_type(x509.DNSName)) | {
        str(address) for address in held.get_values_for_type(x509.IPAddress)
    }
    lasts = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc - RENEW_BEFORE
    return lasts and covered >= {*names, *addresses}


def _check_permitted(
    certificate: x509.Certificate, names: Sequence[str], places: Sequence[Place]
) -> None:
    limits = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = limits.permitted_subtrees or []
    roots = [one.value for one in permitted if isinstance(one, x509.DNSName)]
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    foreign = [
        name for name in names if not any(name == r or name.endswith(f".{r}") for r in roots)
    ]
    foreign += [str(place) for place in places if not any(place in n for n in networks)]  # type: ignore[operator]
    if foreign:
        code = "authority_name"
        listed = ", ".join(foreign)
        raise Refused(
            code,
            f"the office's authority may not vouch for {listed}; serve under another name, "
            "or create the authority with that name",
            id=f"otoritas kantor tidak berlaku untuk {listed}; pakai nama lain",
        )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    at: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(at + lasts)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _tls(folder: Path) -> Path:
    return folder / "tls"


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Write durably under a temporary name first; the key is never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
