"""How the simulated chip refuses, and how the reading code takes it, without any wire between."""

import pytest

from devices.capabilities import MrzKey, Verdict, no_progress
from devices.emrtd import pace, wire
from devices.emrtd.access import open_chip, open_with_bac
from devices.emrtd.chip import Chip, Temper
from devices.emrtd.lds import FILES
from devices.emrtd.pace import Scheme
from devices.emrtd.personalize import personalize
from devices.emrtd.reading import Channel, FileRefused, ReadPlan, Tally, read_file
from devices.errors import DeviceProtocolError

KEY = MrzKey("L898902C3", "740812", "320415")
SELECT = wire.select_application().encode()


@pytest.fixture
def chip():
    return Chip(personalize(signature="ecdsa").files, KEY)


def opened(chip):
    channel = Channel(chip.respond, Tally(no_progress, lambda: False, 60))
    channel.expect_ok(wire.select_application(), "select")
    open_with_bac(channel, KEY)
    return channel


def status(answer):
    return answer[-2:].hex().upper()


def test_before_authentication_every_file_is_closed(chip):
    chip.respond(SELECT)

    assert status(chip.respond(wire.select_file(0x0101).encode())) == "6982"
    assert status(chip.respond(wire.read_by_sfi(1, 4).encode())) == "6982"


def test_before_its_application_is_selected_a_chip_knows_no_file(chip):
    assert status(chip.respond(wire.select_file(0x0101).encode())) == "6A82"
    assert status(chip.respond(wire.get_challenge().encode())) == "6986"


def test_an_unknown_application_is_not_found(chip):
    assert status(chip.respond(wire.select_application(b"\xa0\x00").encode())) == "6A82"


def test_a_cryptogram_without_a_challenge_is_refused(chip):
    chip.respond(SELECT)

    assert status(chip.respond(wire.external_authenticate(bytes(40)).encode())) == "6982"


def test_a_challenge_serves_once(chip):
    chip.respond(SELECT)
    chip.respond(wire.get_challenge().encode())

    assert status(chip.respond(wire.external_authenticate(bytes(40)).encode())) == "6300"
    assert status(chip.respond(wire.external_authenticate(bytes(40)).encode())) == "6982"


def test_an_absent_file_a_read_too_long_and_one_beyond_the_end_are_refused(chip):
    channel = opened(chip)

    assert channel.send(wire.select_file(0x0103)) == (b"", 0x6A82)
    assert channel.send(wire.read_by_sfi(1, 232)) == (b"", 0x6700)
    assert channel.send(wire.read_at(5000, 4))[1] in (0x6B00, 0x6986)


def test_a_plain_command_ends_the_session(chip):
    channel = opened(chip)
    chip.respond(SELECT)

    assert channel.send(wire.read_by_sfi(1, 4)) == (b"", 0x6982)


def test_a_tampered_command_is_refused_and_ends_the_session(chip):
    channel = opened(chip)
    command = bytearray(channel.session.protect(wire.read_by_sfi(1, 4)).encode())
    command[-3] ^= 1

    assert status(chip.respond(bytes(command))) == "6988"
    assert channel.send(wire.read_by_sfi(1, 4)) == (b"", 0x6982)


def test_a_replayed_command_is_refused(chip):
    channel = opened(chip)
    command = channel.session.protect(wire.read_by_sfi(1, 4)).encode()

    assert status(chip.respond(command)) == "9000"
    assert status(chip.respond(command)) == "6988"


def test_power_takes_the_session_away(chip):
    channel = opened(chip)
    chip.power_up()

    assert channel.send(wire.read_by_sfi(1, 4)) == (b"", 0x6982)


@pytest.mark.parametrize("plan", [ReadPlan.fast(), ReadPlan.cautious()], ids=["fast", "cautious"])
def test_a_picture_of_40_kb_is_read_beyond_the_reach_of_short_offsets(plan):
    face = b"\xff\xd8\xff" + bytes(range(256)) * 160 + b"\xff\xd9"
    chip = Chip(personalize(signature="ecdsa", face=face).files, KEY)

    assert read_file(opened(chip), FILES["DG2"], plan) == chip.files["DG2"]


@pytest.mark.parametrize("plan", [ReadPlan.fast(), ReadPlan.cautious()], ids=["fast", "cautious"])
def test_a_chip_that_reads_nothing_beyond_the_end_gives_every_file(chip, plan):
    """DG1 of a small document has 77 bytes: the first read of 93 is refused with 6B00."""
    chip.temper = Temper(refuses_beyond_end=True)
    chip.files["DG1"] = bytes.fromhex("614B5F1F48") + b"<" * 72
    channel = opened(chip)

    read = {name: read_file(channel, FILES[name], plan) for name in ("COM", "DG1", "DG2", "SOD")}

    assert read == {name: chip.files[name] for name in read}
    assert not channel.refuses_sfi


def test_a_group_that_is_withheld_does_not_cost_the_others_their_short_identifiers(chip):
    chip.temper = Temper(withholds=("DG2",))
    channel = opened(chip)
    with pytest.raises(FileRefused):
        read_file(channel, FILES["DG2"], ReadPlan.fast())

    before = channel.tally.apdus
    read_file(channel, FILES["DG1"], ReadPlan.fast())

    assert channel.tally.apdus - before == 1


@pytest.mark.parametrize("face_bytes", [11, 5000])
def test_every_byte_count_is_read_in_the_fewest_apdus(face_bytes):
    """223 plain bytes a read with AES; no header is read twice, no file selected by itself."""
    face = b"\xff\xd8\xff" + bytes(face_bytes)
    scheme = Scheme("0.4.0.127.0.7.2.2.4.2.2", 13)
    made = personalize(signature="ecdsa", face=face, scheme=scheme)
    chip = Chip(made.files, KEY, scheme)
    channel = Channel(chip.respond, Tally(no_progress, lambda: False, 60))
    shown = open_chip(channel, KEY).card_access
    plan = ReadPlan.fast().at_most(channel.longest_read()).after(shown)

    for name, data in made.files.items():
        before = channel.tally.apdus
        assert read_file(channel, FILES[name], plan) == data
        assert channel.tally.apdus - before == -(-len(data) // wire.PLAIN_READ_AES), name


def test_a_file_that_begins_with_a_foreign_header_is_a_protocol_error(chip):
    chip.files["DG1"] = b"\x75" + chip.files["DG1"][1:]

    with pytest.raises(DeviceProtocolError):
        read_file(opened(chip), FILES["DG1"], ReadPlan.fast())


def test_a_file_that_claims_four_gigabytes_is_not_believed(chip):
    chip.files["DG2"] = bytes.fromhex("7584FFFFFFFF") + bytes(300)

    with pytest.raises(DeviceProtocolError):
        read_file(opened(chip), FILES["DG2"], ReadPlan.fast())


def test_a_file_shorter_than_it_claims_is_a_protocol_error(chip):
    chip.files["DG2"] = chip.files["DG2"][:5000]

    with pytest.raises(DeviceProtocolError):
        read_file(opened(chip), FILES["DG2"], ReadPlan.fast())


@pytest.mark.parametrize("apdu", ["", "00", "00A4", "00FF000000", "0CB08100", "00A4040C20AA"])
def test_a_chip_answers_every_command_however_odd(chip, apdu):
    assert len(chip.respond(bytes.fromhex(apdu))) == 2


@pytest.mark.parametrize(
    ("protocol", "number"),
    [
        ("0.4.0.127.0.7.2.2.4.4.2", 13),
        ("0.4.0.127.0.7.2.2.4.1.2", 1),
        ("0.4.0.127.0.7.2.2.4.6.2", 13),
    ],
    ids=["integrated mapping", "DH", "chip authentication mapping"],
)
def test_a_chip_with_pace_in_a_form_we_lack_is_opened_with_bac_and_says_so(protocol, number):
    scheme = Scheme(protocol, number)
    chip = Chip(personalize(signature="ecdsa").files, KEY, scheme)

    opened = open_chip(Channel(chip.respond, Tally(no_progress, lambda: False, 60)), KEY)

    assert opened.method == "BAC"
    assert [finding.verdict for finding in opened.findings] == [Verdict.NOT_CHECKED]
    assert "not supported" in opened.findings[0].reason


def test_a_chip_that_proves_nothing_in_pace_is_a_protocol_error():
    scheme = Scheme("0.4.0.127.0.7.2.2.4.2.2", 13)
    chip = Chip(personalize(signature="ecdsa").files, KEY, scheme)

    def tampered(apdu):
        answer = chip.respond(apdu)
        last = apdu[:2] == b"\x00\x86"
        return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:] if last else answer

    with pytest.raises(DeviceProtocolError, match="prove"):
        open_chip(Channel(tampered, Tally(no_progress, lambda: False, 60)), KEY)


def test_pace_steps_out_of_order_are_refused():
    scheme = Scheme("0.4.0.127.0.7.2.2.4.2.2", 13)
    chip = Chip(personalize(signature="ecdsa").files, KEY, scheme)

    assert status(chip.respond(pace.step(None).encode())) == "6982"
    assert status(chip.respond(pace.set_template(scheme).encode())) == "9000"
    assert status(chip.respond(pace.step(pace.AGREE, bytes(65)).encode())) == "6300"
    assert status(chip.respond(pace.step(None).encode())) == "6982"
