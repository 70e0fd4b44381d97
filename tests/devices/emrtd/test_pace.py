"""ICAO 9303-11 Appendix G.1 (generic mapping, ECDH, brainpoolP256r1, AES-128), and both sides."""

import pytest

from devices.capabilities import MrzKey
from devices.emrtd import pace
from devices.emrtd.ciphers import PASSWORD, aes_key
from devices.emrtd.curves import CURVES
from devices.emrtd.pace import EphemeralKey, Scheme
from devices.emrtd.tlv import LdsError
from devices.emrtd.wire import WireError

KEY = MrzKey("T22000129", "640812", "101031")
SCHEME = Scheme("0.4.0.127.0.7.2.2.4.2.2", 13)
MAP_READER = 0x7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99
MAP_CHIP = 0x498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560
DH_READER = 0xA73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595
DH_CHIP = 0x107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A
NONCE = 0x3F00C4D39D153F2B2A214A078D899B22


def hexed(data):
    return data.hex().upper()


def generator():
    curve = SCHEME.curve
    reader = EphemeralKey.of(MAP_READER, curve.arithmetic.generator)
    chip = EphemeralKey.of(MAP_CHIP, curve.arithmetic.generator)
    return pace.mapped_generator(NONCE, reader.agree(chip.public, curve), curve)


def test_the_scheme_of_the_example_is_offered_by_its_ef_card_access():
    access = bytes.fromhex("31143012060A04007F0007020204020202010202010D")

    assert pace.offered(access) == SCHEME
    assert pace.card_access(SCHEME) == access
    assert (SCHEME.curve.arithmetic.name, SCHEME.key_length) == ("BRAINPOOLP256r1", 16)


def test_the_nonce_is_decrypted_with_the_key_from_the_mrz():
    suite = pace.password_suite(SCHEME, KEY)

    assert hexed(suite.encryption_key) == "89DED1B26624EC1E634C1989302849DD"
    sealed = bytes.fromhex("95A3A016522EE98D01E76CB6B98B42C3")
    assert pace.open_nonce(suite, sealed) == NONCE


def test_the_template_command_is_as_printed():
    assert hexed(pace.set_template(SCHEME).encode()) == ("0022C1A40F800A04007F00070202040202830101")


def test_with_several_curves_the_command_names_the_chosen_one():
    other = Scheme(SCHEME.protocol, 12)

    chosen = pace.offered(pace.card_access(SCHEME, other))

    assert chosen.ambiguous
    assert hexed(pace.set_template(chosen).encode()).endswith(f"8401{chosen.parameter_id:02X}")


def test_the_mapping_gives_the_printed_generator():
    curve = SCHEME.curve
    reader = EphemeralKey.of(MAP_READER, curve.arithmetic.generator)
    chip = EphemeralKey.of(MAP_CHIP, curve.arithmetic.generator)

    assert hexed(reader.public) == (
        "047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
        "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D"
    )
    assert hexed(chip.public) == (
        "04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
        "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54"
    )
    assert hexed(generator().to_bytes("uncompressed")) == (
        "048CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2"
        "8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522"
    )


def test_session_keys_and_both_tokens_are_as_printed():
    reader, chip = EphemeralKey.of(DH_READER, generator()), EphemeralKey.of(DH_CHIP, generator())

    shared = reader.agree(chip.public, SCHEME.curve)
    suite = pace.session_suite(SCHEME, shared)

    assert int(shared.x()) == 0x28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925
    assert hexed(suite.encryption_key) == "F5F0E35C0D7161EE6724EE513A0D9A7F"
    assert hexed(suite.mac_key) == "FE251C7858B356B24514B3BD5F4297D1"
    assert hexed(pace.token(SCHEME, suite, chip.public)) == "C2B0BD78D94BA866"
    assert hexed(pace.token(SCHEME, suite, reader.public)) == "3ABB9674BCE93C08"


def test_the_password_key_counts_with_three():
    from hashlib import sha1

    seed = sha1(b"T22000129364081251010318", usedforsecurity=False).digest()

    assert hexed(aes_key(seed, PASSWORD, 16)) == "89DED1B26624EC1E634C1989302849DD"


@pytest.mark.parametrize("number", range(8, 19))
@pytest.mark.parametrize("cipher", [1, 2, 3, 4])
def test_every_curve_and_cipher_has_a_scheme(number, cipher):
    scheme = Scheme(f"0.4.0.127.0.7.2.2.4.2.{cipher}", number)

    assert pace.offered(pace.card_access(scheme)) == scheme
    assert scheme.curve in CURVES


@pytest.mark.parametrize(
    "scheme",
    [
        Scheme("0.4.0.127.0.7.2.2.4.4.2", 13),
        Scheme("0.4.0.127.0.7.2.2.4.1.2", 1),
        Scheme("0.4.0.127.0.7.2.2.4.6.2", 13),
        Scheme("0.4.0.127.0.7.2.2.4.2.9", 13),
    ],
    ids=["integrated mapping", "DH", "chip authentication mapping", "unknown cipher"],
)
def test_a_scheme_that_we_do_not_have_is_not_offered(scheme):
    known = Scheme("0.4.0.127.0.7.2.2.4.2.4", 16)

    assert pace.offered(pace.card_access(scheme)) is None
    assert pace.offered(pace.card_access(scheme, known)) == known


def test_a_broken_ef_card_access_is_an_lds_error():
    for broken in (b"\x31\x05abc", b"\x31\x80", b"\x30\x03\x02\x01\x02", bytes(20)):
        with pytest.raises(LdsError):
            pace.offered(broken)


def test_points_off_the_curve_and_our_own_key_are_refused():
    own = EphemeralKey.of(MAP_READER, SCHEME.curve.arithmetic.generator)

    beside = own.public[:-1] + bytes([own.public[-1] ^ 1])
    for point in (beside, own.public, own.public[:-1], b"\x04" + bytes(64), b"", b"\x00"):
        with pytest.raises(WireError):
            own.agree(point, SCHEME.curve)
