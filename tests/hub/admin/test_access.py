"""An officer who left signs in no longer, and their open sessions end."""

from __future__ import annotations

import pytest

from hub import officers
from hub.admin import AddOfficer, SetAccess, command_of
from hub.errors import NotAuthenticated, NotFound
from hub.house import SYSTEM


def do(house, command):
    return house.writer().run_alone(command_of(house, command), actor=SYSTEM)


def may_sign_in(house) -> bool:
    with house.database.reading() as session:
        known = officers.credentials(session.connection(), house.office_no, "budi")
    return officers.password_matches(known.password_hash, "kata-sandi-contoh")


def knows(house, clock, token: str) -> bool:
    with house.database.reading() as session:
        try:
            officers.session(session.connection(), house.office_no, token, clock.now())
        except NotAuthenticated:
            return False
    return True


def test_who_left_signs_in_no_longer_until_taken_back(house, clock) -> None:
    [officer] = do(
        house, AddOfficer("budi", "Budi Contoh", ["counter_officer"], "kata-sandi-contoh")
    )
    house.writer().run_alone(
        lambda tx: officers.sign_in(tx, officer=officer, token_hash="t" * 64, csrf="c"),
        actor=SYSTEM,
    )
    assert knows(house, clock, "t" * 64)

    assert do(house, SetAccess("budi", active=False)) == ["Budi Contoh"]
    assert not may_sign_in(house)
    assert not knows(house, clock, "t" * 64)

    do(house, SetAccess("budi", active=True))
    assert may_sign_in(house)
    assert not knows(house, clock, "t" * 64), "an old session does not come back"


def test_a_name_that_nobody_signs_in_by_is_refused(house) -> None:
    with pytest.raises(NotFound):
        do(house, SetAccess("nobody", active=False))
