"""ICAO 9303-11 Appendix D, byte by byte."""

import pytest

from devices.capabilities import MrzKey
from devices.emrtd.ciphers import TripleDesSuite, aes_suite, des_key, pad, retail_mac, unpad
from devices.emrtd.wire import (
    Command,
    Session,
    WireError,
    bac_keys,
    bac_open,
    bac_seal,
    bac_seed,
    bac_session,
    external_authenticate,
    get_challenge,
    mrz_information,
    parse_command,
    read_at,
    read_by_sfi,
    select_application,
    select_file,
)

KEY = MrzKey("L898902C", "690806", "940623")
RND_ICC, RND_IFD = bytes.fromhex("4608F91988702212"), bytes.fromhex("781723860C06C226")
K_IFD = bytes.fromhex("0B795240CB7049B01C19B33E32804F0B")
K_ICC = bytes.fromhex("0B4F80323EB3191CB04970CB4052790B")


def test_the_mrz_information_holds_all_check_digits():
    assert mrz_information(KEY) == b"L898902C<369080619406236"


def test_the_seed_and_both_keys_are_derived_as_printed():
    keys = bac_keys(KEY)

    assert bac_seed(KEY).hex().upper() == "239AB9CB282DAF66231DC5A4DF6BFBAE"
    assert keys.encryption_key.hex().upper() == "AB94FDECF2674FDFB9B391F85D7F76F2"
    assert keys.mac_key.hex().upper() == "7962D9ECE03D1ACD4C76089DCE131543"


def test_the_authentication_command_is_as_printed():
    sealed = bac_seal(bac_keys(KEY), RND_IFD, RND_ICC, K_IFD)

    assert external_authenticate(sealed).encode().hex().upper() == (
        "0082000028"
        "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"
        "5F1448EEA8AD90A7"
        "28"
    )


def test_the_chips_answer_is_opened_as_printed():
    answer = bytes.fromhex(
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449"
    )

    assert bac_open(bac_keys(KEY), answer) == (RND_ICC, RND_IFD, K_ICC)


def test_a_cryptogram_with_one_flipped_bit_is_refused():
    sealed = bac_seal(bac_keys(KEY), RND_IFD, RND_ICC, K_IFD)

    for place in range(len(sealed)):
        broken = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(WireError):
            bac_open(bac_keys(KEY), broken)


def session() -> Session:
    return bac_session(K_IFD, K_ICC, RND_ICC, RND_IFD)


def test_session_keys_and_counter_are_as_printed():
    opened = session()

    assert opened.suite.encryption_key.hex().upper() == "979EC13B1CBFE9DCD01AB0FED307EAE5"
    assert opened.suite.mac_key.hex().upper() == "F1CB1F1FB5ADF208806B89DC579DC1F8"
    assert opened.counter == 0x887022120C06C226


def test_selecting_and_reading_ef_com_is_protected_as_printed():
    opened = session()

    sent, got = [], []
    for command, answer in (
        (select_file(0x011E), "990290008E08FA855A5D4C50A8ED9000"),
        (read_at(0, 4), "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"),
        (
            read_at(4, 18),
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
        ),
    ):
        sent.append(opened.protect(command).encode().hex().upper())
        got.append(opened.open_response(bytes.fromhex(answer)))

    assert sent == [
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
        "0CB000000D9701048E08ED6705417E96BA5500",
        "0CB000040D9701128E082EA28A70F3C7B53500",
    ]
    assert got[0] == (b"", 0x9000)
    assert got[1] == (bytes.fromhex("60145F01"), 0x9000)
    assert got[2] == (bytes.fromhex("04303130365F36063034303030305C026175"), 0x9000)


def test_a_protected_answer_with_one_flipped_bit_is_refused():
    answer = bytes.fromhex("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000")

    for place in range(len(answer) - 2):
        opened = session()
        opened.counter += 3
        broken = answer[:place] + bytes([answer[place] ^ 0x10]) + answer[place + 1 :]
        with pytest.raises(WireError):
            opened.open_response(broken)


@pytest.mark.parametrize("seed", [b"0123456789abcdef"])
@pytest.mark.parametrize("length", [16, 24, 32])
def test_both_sides_of_an_aes_session_understand_each_other(seed, length):
    reader, chip = Session(aes_suite(seed, length)), Session(aes_suite(seed, length))

    command = chip.open_command(parse_command(reader.protect(read_by_sfi(2, 223)).encode()))
    answer = chip.protect_response(b"\x75" * 223, 0x9000)

    assert command == read_by_sfi(2, 223)
    assert len(answer) <= 258
    assert reader.open_response(answer) == (b"\x75" * 223, 0x9000)


def test_231_plain_bytes_are_the_most_that_fit_a_short_3des_answer():
    suite = TripleDesSuite(des_key(b"x" * 16, 1), des_key(b"x" * 16, 2))

    assert len(Session(suite).protect_response(bytes(231), 0x9000)) <= 258
    assert len(Session(suite).protect_response(bytes(232), 0x9000)) > 258


def test_the_commands_look_as_icao_prints_them():
    assert select_application().encode().hex().upper() == "00A4040C07A0000002471001"
    assert get_challenge().encode().hex().upper() == "0084000008"
    assert read_by_sfi(0x1E, 4).encode().hex().upper() == "00B09E0004"
    assert read_at(0x8000, 200).encode().hex().upper() == "00B1000005540300" + "8000CB"


@pytest.mark.parametrize(
    "command",
    [
        Command(0, 0xB0, 0, 0),
        Command(0, 0xB0, 0, 0, expected=256),
        Command(0, 0xA4, 2, 12, b"\x01\x1e"),
        Command(0, 0x82, 0, 0, bytes(40), 40),
        Command(0, 0x86, 0, 0, bytes(300), 65536),
        Command(0, 0x86, 0, 0, bytes(300)),
        Command(0, 0xB0, 0, 0, expected=4000),
    ],
)
def test_every_form_of_a_command_is_read_back(command):
    assert parse_command(command.encode()) == command


@pytest.mark.parametrize("apdu", ["00", "00B00000020100", "00A4040C07A0", "00A4040C0001"])
def test_a_command_that_lies_about_its_length_is_refused(apdu):
    with pytest.raises(WireError):
        parse_command(bytes.fromhex(apdu) + b"\x00" * (apdu == "00B00000020100") * 3)


def test_padding_is_undone_and_missing_padding_is_told():
    assert unpad(pad(b"\x80\x00", 8)) == b"\x80\x00"
    with pytest.raises(ValueError, match="padding"):
        unpad(bytes(8))


def test_the_retail_mac_of_appendix_d_comes_out():
    text = bytes.fromhex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2")

    mac = retail_mac(bytes.fromhex("7962D9ECE03D1ACD4C76089DCE131543"), pad(text, 8))

    assert mac.hex().upper() == "5F1448EEA8AD90A7"
