"""What a technician mistypes is said in both languages, names the fault and what to do next."""

import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devices import saying
from devices.barcode.simulator import SPECIMEN
from devices.command import app
from devices.errors import AddressError, DeviceRefused
from devices.registry import Tellable, open_device, start_simulator
from devices.trial import trial_of

ADDRESSES = {
    "nonsense": "'nonsense' is no device address",
    "r30x:": "not where the device is",
    "fax:/dev/ttyUSB0": "no driver 'fax' is installed",
    "fax:sim://x": "no simulator 'fax' is installed",
    "r30x:socket://10.0.0.9:9100": "is no serial port",
    "r30x:/dev/null": "is no serial port",
    "r30x:/dev/ttyUSB0?bauds=9600": "'bauds' is no option: baud",
    "r30x:/dev/ttyUSB0?baud=77": "baud has to be a multiple of 9600",
    "r30x:/dev/ttyUSB0?baud=fast": "write a number",
    "r30x:/dev/ttyUSB0?size=3": "write e.g. 256x288",
    "r30x:/dev/ttyUSB0?password=geheim": "write 1 to 8 hexadecimal digits",
    "r30x:sim://x?model=x": "model=x is unknown; model: r307",
    "r30x:sim://x?finger=z": "finger=z: write a number",
    "escpos:printer": "write socket://HOST:PORT, usb://VID:PID/SERIAL or /dev/",
    "escpos:socket://h:99999": "is no HOST:PORT",
    "escpos:usb://zz": "is no usb://VID:PID/SERIAL",
    "escpos:/dev/null?profile=nope": "is no python-escpos profile",
    "escpos:/dev/null?presenter=maybe": "presenter=maybe is unknown; presenter: no, yes",
    "escpos:/dev/null?font=/none.ttf": "there is no such file",
    "escpos:sim://x?port=70000": "port=70000: write a number 0-65535",
    "escpos:sim://x?width=wide": "width=wide: write a number",
    "emrtd:pcsc://": "names no reader",
    "emrtd:pcsc://x?extended=7": "extended=7 is unknown; extended: auto, no",
    "emrtd:pcsc://x?cues=disco": "cues=disco is unknown; cues: auto, none",
    "emrtd:sim://x?can=12": "write six digits",
    "piv:pcsc://x?pin=1": "'pin' is no option: cues",
    "piv:sim://x?pin=secret": "write 6 to 8 digits",
    "pcsc:pcsc://x?cues=none": "'cues' is no option",
    "camera:webcam": "is no camera",
    "camera:/dev/video0?width=wide": "width=wide: write a number",
    "camera:/dev/video0?rotate=3": "rotate=3 is unknown",
    "camera:sim://x?fps=0": "fps=0: write a number",
    "sane:x?mode=grey": "'mode' is no option of a scanner's address",
    "sane:sim://x?picture=cat": "picture=cat is unknown; picture: Grid",
    "ipp://": "is no printer's address",
    "ipp://h/ipp/print?paper=a4": "'paper' is no option: media",
    "ipp:sim://x?seconds=long": "seconds=long: write a number",
    "fprint:any?x=1": "'x' is no option: virtual",
    "barcode:/dev/null?wire=smoke": "wire=smoke is unknown",
    "barcode:/dev/null?again_s=-1": "again_s=-1: write a number",
    "barcode:sim://x?end=tab": "end=tab is unknown; end: cr, lf",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_wrong_address_is_said_in_both_languages(address: str) -> None:
    with pytest.raises(AddressError) as caught:
        open_device(address).close()

    indonesian, _, english = caught.value.detail.partition(" / ")
    assert indonesian
    assert ADDRESSES[address] in english
    assert "geheim" not in saying.what_happened(caught.value)


def test_a_misspelt_option_starts_no_simulator() -> None:
    for driver in ("r30x", "escpos", "barcode", "camera", "ipp", "sane", "fprint", "emrtd", "piv"):
        with pytest.raises(ValueError, match="'papre' bukan pilihan / 'papre' is no option: "):
            start_simulator(driver, {"papre": "1"})


def test_two_devices_of_one_name_are_both_listed(tmp_path: Path) -> None:
    for name in ("usb-A", "usb-B"):
        (tmp_path / name).touch()

    finished = CliRunner().invoke(app, ["check", f"r30x:{tmp_path}/usb-*"])

    assert finished.exit_code == 2
    assert "cocok dengan 2 perangkat" in finished.output
    assert "usb-A" in finished.output
    assert "usb-B" in finished.output


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.ml", b"hello, no list"),
        ("empty.cer", b""),
        ("pkd.ldif", b"dn: x\nfoo\n"),
        ("list.crl", b"\x30\x03\x02\x01\x05"),
        ("key.pem", b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"),
    ],
)
def test_an_import_of_nonsense_changes_nothing_and_says_so(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)

    finished = CliRunner().invoke(
        app, ["csca", "import", str(tmp_path / name), "--store", str(tmp_path / "store")]
    )

    assert finished.exit_code == 1
    assert "tidak ada yang diubah / no sound master list" in finished.output
    assert "-> Unduh kembali berkasnya" in finished.output
    assert not (tmp_path / "store").exists()


WRONG = {
    "check": (2, "Isian ini kurang / Missing argument 'address'"),
    "check r30x:x --nope": (2, "Pilihan ini tidak ada / No such option: --nope"),
    "scan sane:x x.pdf --dpi 7": (2, "Isian ini salah / Invalid value for '--dpi'"),
    "chek": (2, "Perintah atau isian ini tidak dikenal / No such command 'chek'"),
    "csca import": (2, "Isian ini kurang / Missing argument 'file'"),
    "doctor x": (2, "Got unexpected extra argument"),
    "--nope": (2, "Pilihan ini tidak ada / No such option"),
    "csca import /none.ml": (2, "/none.ml: tidak terbaca / cannot be read"),
    "csca import /dev/null --store /dev/null": (2, "bukan folder / is no folder"),
    "csca import /dev/null --confirm zz": (2, "tulis SHA-256, 64 angka heksadesimal"),
    "csca show --store /dev/null": (2, "bukan folder / is no folder"),
    "simulate r30x --vpcd": (2, "hanya untuk / only for emrtd, piv"),
    "simulate escpos --pty --tcp 0": (2, "--pty --tcp: pilih satu / choose one"),
    "simulate r30x --option =": (2, "tulis K=V / write K=V"),
    "simulate escpos --out /dev/null/x": (2, "tidak dapat dijalankan / cannot be started"),
    "list --state /none": (2, "/none/devices.json: tidak terbaca / cannot be read"),
    "serviced scanner polished --state /none": (2, "tulis / write cleaned"),
    "capture-finger r30x:/dev/nobody /none/x.png": (2, "tidak dapat ditulis / cannot be written"),
    "photo camera:/dev/video99 /dev": (2, "tidak dapat ditulis / cannot be written"),
    "confirm piv:pcsc://x --purpose x --challenge AAAA": (2, "3 bytes, 16 to 64 are needed"),
    "officer-card piv:pcsc://x --out /none/x.pem": (2, "tidak dapat ditulis"),
    "read-passport emrtd:pcsc://x --document-number É --birth 740812 --expiry 320415 "
    "--json x.json": (2, "--document-number: tulis huruf A-Z dan angka / write A-Z and digits"),
    "read-passport emrtd:pcsc://x --document-number X --birth 741312 --expiry 320415 "
    "--json x.json": (2, "--birth: tulis YYMMDD"),
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong_use_is_told_with_what_to_do_next(line: str) -> None:
    code, words = WRONG[line]

    finished = CliRunner(env={"COLUMNS": "200"}).invoke(app, line.split())

    assert (finished.exit_code, finished.exception and type(finished.exception)) == (
        code,
        SystemExit,
    ), finished.output
    assert words in finished.output


def test_every_refusal_of_a_family_has_its_own_remedy() -> None:
    of_settings = saying.remedy_for(DeviceRefused("x", reason="nobody knows"))

    for reason in ("http_404", "ipp_0408", "no_mode", "no_feeder", "too_long", "13", "media"):
        assert saying.remedy_for(DeviceRefused("x", reason=reason)) != of_settings


def test_a_zone_that_is_typed_by_a_wedge_is_tried_as_well() -> None:
    scanner = start_simulator("barcode", {"wire": "keys"})
    device = open_device(scanner.address)
    assert isinstance(scanner, Tellable)
    trial = trial_of(device)
    assert trial is not None

    # the line holds less than a zone weighs as keys: somebody swipes while the trial reads
    swipe = threading.Thread(target=scanner.tell, args=("mrz", ""))
    swipe.start()
    tried = trial.run(device)
    swipe.join()
    device.close()
    scanner.stop()

    assert "MRZ 2×44, its check digits fit" in tried.words


@pytest.mark.parametrize(
    ("line", "fine", "words"),
    [
        ("scan LOKET-1234", True, "a code of 10 characters"),
        ("mrz plain", True, "MRZ 2×44, its check digits fit"),
        ("mrz 3m", True, "MRZ 2×44, its check digits fit"),
        (f"mrz {SPECIMEN[0]} {SPECIMEN[1][:-1]}1", False, "the check digit does not match"),
    ],
)
def test_a_code_or_a_zone_is_tried_without_showing_it(line: str, fine: bool, words: str) -> None:
    scanner = start_simulator("barcode")
    device = open_device(scanner.address)
    verb, _, text = line.partition(" ")
    assert isinstance(scanner, Tellable)
    trial = trial_of(device)
    assert trial is not None

    scanner.tell(verb, text)
    tried = trial.run(device)
    device.close()
    scanner.stop()

    assert tried.fine is fine
    assert words in tried.words
    assert "ERIKSSON" not in tried.words
    assert "L898902C3" not in tried.words
