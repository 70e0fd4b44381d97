"""The page that says why a chip was judged so."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

from plain_browser import PlainBrowser

from devices.emrtd.chip_keys import ChipKeys, new_active_key, sign_challenge
from devices.emrtd.csca import import_file
from devices.emrtd.lds import parse_dg2
from devices.emrtd.personalize import personalize
from devices.emrtd.proofs import Signed
from devices.emrtd.trust import load_store
from devices.mrz.wire import compose_mrz


def test_the_reasons_of_a_copied_chip_are_readable_in_both_judgements(office, enter) -> None:
    keys = ChipKeys(new_active_key("ecdsa"))
    passport = personalize(signature="ecdsa", keys=keys)
    copied = Signed(b"12345678", sign_challenge(keys.copied().active, b"12345678")).encode()
    chip = {
        "access": "BAC",
        "files": {name: b64encode(data).decode() for name, data in passport.files.items()},
        "proofs": {"AA": b64encode(copied).decode()},
    }
    given = {
        "source": "chip", "document_number": "L898902C3", "birth_date": "1974-08-12",
        "expiry_date": "2032-04-15", "mrz": "\n".join(compose_mrz(passport.mrz)), "chip": chip,
    }  # fmt: skip
    case = office.post("/api/applications", {"passport": given}).json()["id"]

    screen = enter(office, "loket").go(f"/case/{case}")
    assert "diduga salinan" in screen.text(".verdict")
    screen.click(".verdict a")

    assert screen.text("h1").startswith("Alasan putusan cip")
    told = screen.text("#main, main")
    assert told.count("cip tidak memiliki kunci DG15") == 2
    assert told.count("belum ada sertifikat negara di kantor ini") == 2
    assert screen.faults() == []


def test_the_portrait_in_the_chip_is_shown_to_who_may_see_the_case_alone(office) -> None:
    passport = personalize(signature="ecdsa")
    chip = {
        "access": "BAC",
        "files": {name: b64encode(data).decode() for name, data in passport.files.items()},
    }
    given = {
        "source": "chip", "document_number": "L898902C3", "birth_date": "1974-08-12",
        "expiry_date": "2032-04-15", "mrz": "\n".join(compose_mrz(passport.mrz)), "chip": chip,
    }  # fmt: skip
    case = office.post("/api/applications", {"passport": given}).json()["id"]
    browsers = {login: PlainBrowser(office.url) for login in ("periksa", "arsip", "")}
    for login, browser in browsers.items():
        if login:
            browser.sign_in(login)

    seen = {
        login: browser.http.get(f"/case/{case}/chip/portrait")
        for login, browser in browsers.items()
    }
    without = browsers["periksa"].http.get(f"/case/{office.draft()}/chip/portrait")

    assert seen["periksa"].content == parse_dg2(passport.files["DG2"]).image
    assert seen["periksa"].headers["cache-control"] == "no-store"
    assert seen["arsip"].status_code == 403
    assert seen[""].headers["location"].startswith("/login")
    assert without.status_code == 404
    for browser in browsers.values():
        browser.http.close()


def test_the_supervisor_sees_which_countries_the_office_can_prove(office, enter, tmp_path) -> None:
    screen = enter(office, "supervisor").go("/supervisor/countries")
    assert "Belum ada sertifikat negara" in screen.text("main")

    path = tmp_path / "utopia.cer"
    path.write_bytes(personalize(signature="ecdsa").csca)
    [authority] = load_store(path).authorities
    at = datetime(2040, 1, 2, tzinfo=UTC)
    import_file(path, office.folder / "csca", confirmed=[authority.fingerprint], at=at)
    screen.go("/supervisor/countries")

    told = screen.text("main")
    assert "1 negara, 1 kunci" in told
    assert "7 hari" in told
    assert " ID " in told
    assert screen.faults() == []
