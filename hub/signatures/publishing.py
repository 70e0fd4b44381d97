"""The certificate of the office's signing key, for whoever verifies its letters."""

from __future__ import annotations

from pathlib import Path

from hub.office.config import SignatureRules


def signer_certificate(rules: SignatureRules) -> bytes | None:
    """Return the certificate beside the office's signing key as PEM.

    None where letters are signed in ink, and while the key cannot be opened: the signing desk says
    why, and who mends it.
    """
    if rules.mode != "pades":
        return None
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    try:
        passphrase = Path(rules.passphrase_file).read_bytes().strip()
        held = pkcs12.load_key_and_certificates(Path(rules.key_file).read_bytes(), passphrase)
    except (OSError, ValueError):
        return None
    return held[1].public_bytes(Encoding.PEM) if held[1] is not None else None
