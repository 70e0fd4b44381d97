"""In whose place and name an official signs stands on the paper: Plh., Plt., a.n."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hub.cases import signers
from hub.office import load_office
from hub.wire import Words

OFFICE = load_office()
HEAD, DELEGATE = OFFICE.signers


def test_a_delegate_signs_in_the_name_of_the_head_of_office() -> None:
    behalf = signers.behalf_said(OFFICE, DELEGATE)

    assert behalf is not None
    assert behalf.id == "a.n. Kepala Kantor Imigrasi Contoh"
    assert behalf.en == "on behalf of: Head of the Sample Immigration Office"
    assert signers.capacity_said(DELEGATE) == DELEGATE.title
    assert signers.behalf_said(OFFICE, HEAD) is None


@pytest.mark.parametrize(("capacity", "said"), [("PLH.", "Plh."), ("PLT.", "Plt.")])
def test_who_acts_for_the_head_says_so_before_the_title_once(capacity: str, said: str) -> None:
    acting = replace(HEAD, capacity=capacity, letter="W.00-1/2026")
    written_out = replace(acting, title=Words(id=f"{said} Kepala Kantor", en="Acting head"))

    assert signers.capacity_said(acting).id == f"{said} Kepala Kantor Imigrasi Contoh"
    assert signers.capacity_said(written_out).id == f"{said} Kepala Kantor"
    assert signers.capacity_said(HEAD) == HEAD.title
