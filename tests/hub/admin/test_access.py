"""An officer who left signs in no longer, and their open sessions end."""

from __future__ import annotations

import pytest

from hub import officers
from hub.admin import AddOfficer, SetAccess, SetPassword, SetRoles, command_of
from hub.errors import BadInput, NotAuthenticated, NotFound
from hub.house import SYSTEM


def do(house, command):
    return house.writer().run_alone(command_of(house, command), actor=SYSTEM)


def may_sign_in(house, password: str = "kata-sandi-contoh") -> bool:
    with house.database.reading() as session:
        known = officers.credentials(session.connection(), house.office_no, "budi")
    return officers.password_matches(known.password_hash, password)


@pytest.fixture
def signed_in(house) -> str:
    """The hash of Budi's session token."""
    [officer] = do(
        house, AddOfficer("budi", "Budi Contoh", ["counter_officer"], "kata-sandi-contoh")
    )
    house.writer().run_alone(
        lambda tx: officers.sign_in(tx, officer=officer, token_hash="t" * 64, csrf="c"),
        actor=SYSTEM,
    )
    return "t" * 64


def knows(house, clock, token: str) -> bool:
    with house.database.reading() as session:
        try:
            officers.session(session.connection(), house.office_no, token, clock.now())
        except NotAuthenticated:
            return False
    return True


def test_who_left_signs_in_no_longer_until_taken_back(house, clock, signed_in) -> None:
    assert knows(house, clock, signed_in)

    assert do(house, SetAccess("budi", active=False)) == ["Budi Contoh"]
    assert not may_sign_in(house)
    assert not knows(house, clock, signed_in)

    do(house, SetAccess("budi", active=True))
    assert may_sign_in(house)
    assert not knows(house, clock, signed_in), "an old session does not come back"


def test_who_forgot_the_password_gets_another_and_signs_in_anew(house, clock, signed_in) -> None:
    with pytest.raises(BadInput):
        do(house, SetPassword("budi", "pendek"))
    assert may_sign_in(house)

    assert do(house, SetPassword("budi", "kata-sandi-lain")) == ["Budi Contoh"]

    assert not may_sign_in(house)
    assert may_sign_in(house, "kata-sandi-lain")
    assert not knows(house, clock, signed_in)


def test_other_roles_hold_at_once_and_an_unknown_one_changes_nothing(
    house, clock, signed_in
) -> None:
    def roles() -> set[str]:
        with house.database.reading() as session:
            connection = session.connection()
            return set(officers.session(connection, house.office_no, signed_in, clock.now()).roles)

    with pytest.raises(BadInput):
        do(house, SetRoles("budi", ["approver", "nosuch"]))
    assert roles() == {"counter_officer"}

    do(house, SetRoles("budi", ["approver", "data_operator"]))
    assert roles() == {"approver", "data_operator"}


def test_a_name_that_nobody_signs_in_by_is_refused(house) -> None:
    with pytest.raises(NotFound):
        do(house, SetAccess("nobody", active=False))
