"""Asking an opened chip to prove that it is no copy: Active and Chip Authentication.

Whatever comes back becomes a record that is judged later (devices.emrtd.judgement); only a chip
that was taken away ends the reading.
"""

from __future__ import annotations

import contextlib
import secrets

from devices.emrtd import active, agreement, proofs, wire
from devices.emrtd.lds import FILES, LdsError, parse_dg14, parse_dg15
from devices.emrtd.reading import Channel
from devices.errors import DeviceProtocolError


def prove_active(channel: Channel, group: bytes, longest_answer: int) -> bytes | None:
    """Let the chip sign a challenge with the key of DG15; None when it cannot be asked.

    An RSA key over 1848 bits answers in more than a short APDU holds.
    """
    try:
        length = active.signature_length(parse_dg15(group))
    except LdsError:
        return None
    expected = 256
    if length > channel.longest_read():
        if length > channel.longest_read(longest_answer):
            return None
        expected = 65_536
    challenge = secrets.token_bytes(active.CHALLENGE_BYTES)
    signature, status = channel.send(active.internal_authenticate(challenge, expected))
    return proofs.Signed(challenge, signature, status).encode()


def prove_agreement(channel: Channel, group: bytes) -> bytes | None:
    """Agree on new keys with the key of DG14 and exchange one command; the session ends here.

    None when the chip has no key in a form of ours.
    """
    try:
        terms = agreement.terms_of(parse_dg14(group))
        if terms is None:
            return None
        own = agreement.new_key(terms)
        session = agreement.session(terms.curve, terms.key_length, own, terms.point)
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
