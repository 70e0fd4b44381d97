"""Asking an opened chip to prove that it is no copy: Active and Chip Authentication.

Whatever comes back becomes a record that is judged later (devices.emrtd.judgement); only a chip
that was taken away ends the reading.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping

from devices.emrtd import active, agreement, proofs, wire
from devices.emrtd.lds import FILES, LdsError, parse_dg14, parse_dg15
from devices.emrtd.reading import Channel
from devices.errors import DeviceProtocolError

_SHORT_ANSWER = 256


def prove_all(
    channel: Channel, files: Mapping[str, bytes], longest_answer: int
) -> dict[str, bytes]:
    """Let the chip prove its keys; nothing is left to lose when it breaks off here."""
    given: dict[str, bytes] = {}
    with contextlib.suppress(DeviceProtocolError):
        agrees = "DG14" in files and _offers_agreement(files["DG14"])
        # asking for more than fits may end the session: never before a proof that needs it
        if "DG15" in files and not (
            agrees and _needs_parts(channel, files["DG15"], longest_answer)
        ):
            signed = prove_active(channel, files["DG15"], longest_answer)
            given |= {proofs.ACTIVE: signed} if signed else {}
        if agrees and not channel.broken:
            agreed = prove_agreement(channel, files["DG14"], longest_answer)
            given |= {proofs.AGREEMENT: agreed} if agreed else {}
    return given


def prove_active(channel: Channel, group: bytes, longest_answer: int) -> bytes | None:
    """Let the chip sign a challenge with the key of DG15; None when it cannot be asked.

    An RSA key over 1848 bits answers in more than a short APDU holds. Without extended length it
    may still come in parts (61xx); a chip that refuses that is not suspected of anything.
    """
    try:
        length = active.signature_length(parse_dg15(group))
    except LdsError:
        return None
    in_parts = length > channel.longest_read(longest_answer)
    expected = 65_536 if channel.longest_read() < length and not in_parts else 256
    challenge = secrets.token_bytes(active.CHALLENGE_BYTES)
    signature, status = channel.send(active.internal_authenticate(challenge, expected))
    if in_parts and (status != wire.OK or len(signature) != length):
        return None
    return proofs.Signed(challenge, signature, status).encode()


def prove_agreement(
    channel: Channel, group: bytes, longest_answer: int = _SHORT_ANSWER
) -> bytes | None:
    """Agree on new keys with the key of DG14 and exchange one command; the session ends here.

    None when the chip has no key in a form of ours, or one that no short command holds.
    """
    try:
        terms = agreement.terms_of(parse_dg14(group))
        if terms is None:
            return None
        if len(terms.public) > agreement.LONGEST_SHORT and longest_answer <= _SHORT_ANSWER:
            return None
        own = agreement.OwnKey.new(terms.domain)
        session = agreement.session(own, terms.key_length, terms.public)
    except (LdsError, wire.WireError):
        return None
    for command in agreement.commands(terms, own.public):
        _, status = channel.send(command)
        if status != wire.OK:
            return proofs.Agreed(status=status).encode()
    sent = session.protect(wire.select_file(FILES["COM"].file_id)).encode()
    answer = b""
    with contextlib.suppress(DeviceProtocolError):
        answer = channel.send_raw(sent)
    return proofs.Agreed(own.private, sent, answer).encode()


def _needs_parts(channel: Channel, group: bytes, longest_answer: int) -> bool:
    """Return whether the signature by the key of DG15 is longer than one answer."""
    try:
        length = active.signature_length(parse_dg15(group))
    except LdsError:
        return False
    return length > channel.longest_read(longest_answer)


def _offers_agreement(group: bytes) -> bool:
    """Return whether DG14 has a key for Chip Authentication in a form of ours."""
    try:
        return agreement.terms_of(parse_dg14(group)) is not None
    except LdsError:
        return False
