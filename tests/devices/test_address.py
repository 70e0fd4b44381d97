import pytest

from devices.address import parse_address
from devices.errors import AddressError


def test_an_address_names_driver_place_and_options() -> None:
    address = parse_address("escpos:socket://10.0.0.9:9100?profile=TM-T20II&cut=partial")

    assert address.driver == "escpos"
    assert address.where == "socket://10.0.0.9:9100"
    assert dict(address.options) == {"profile": "TM-T20II", "cut": "partial"}


def test_a_place_may_hold_spaces_and_colons() -> None:
    assert parse_address("emrtd:pcsc://ACS ACR1252 00:01").where == "pcsc://ACS ACR1252 00:01"


def test_an_ipp_address_is_its_own_wire() -> None:
    address = parse_address("ipps://printer.local/ipp/print")

    assert address.driver == "ipp"
    assert address.where == "ipps://printer.local/ipp/print"


def test_a_simulated_address_says_so() -> None:
    assert parse_address("r30x:sim://any").simulated
    assert not parse_address("r30x:/dev/ttyUSB0").simulated


@pytest.mark.parametrize("text", ["", "r30x", "R30X:/dev/ttyUSB0", ":/dev/ttyUSB0", "r30x:"])
def test_what_is_no_address_is_refused_naming_it(text: str) -> None:
    with pytest.raises(AddressError, match=text or "no device address"):
        parse_address(text)
