"""A typed PIN opens for one start of an agent and one act, and is no PIN of another form."""

import pytest

from devices.piv.pin import PinKey, PinLost, is_pin, seal_pin

CHALLENGE = bytes(range(56))
PIN = "82460913"


def test_a_sealed_pin_opens_with_its_key_for_its_challenge():
    key = PinKey()

    sealed = seal_pin(key.public, PIN, CHALLENGE)

    assert key.open(sealed, CHALLENGE) == PIN
    assert PIN.encode() not in sealed
    assert sealed != seal_pin(key.public, PIN, CHALLENGE)


@pytest.mark.parametrize("changed", ["key", "challenge", "octet", "end", "nothing"])
def test_anything_else_is_lost(changed):
    key = PinKey()
    sealed = seal_pin(key.public, PIN, CHALLENGE)
    other = {"octet": sealed[:-1] + bytes([sealed[-1] ^ 1]), "end": sealed[:20], "nothing": b""}
    opener = PinKey() if changed == "key" else key
    challenge = CHALLENGE[:-1] if changed == "challenge" else CHALLENGE

    with pytest.raises(PinLost):
        opener.open(other.get(changed, sealed), challenge)


def test_a_pin_has_six_to_eight_digits():
    assert [is_pin(text) for text in ("123456", "12345678")] == [True, True]
    assert not any(map(is_pin, ("12345", "123456789", "12345x", "\u0661" * 6, "")))
