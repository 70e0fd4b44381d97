"""Every reason that the devices give for a chip's verdict has its Indonesian words."""

import re
from pathlib import Path

import pytest

from hub.cases.chip_words import reason_words

FOLDER = Path(__file__).parents[3] / "devices" / "emrtd"
SAID = re.compile(
    r'(?:_finding\(Verdict\.\w+|Finding\(\w+, Verdict\.\w+|\breturn|\breason =), (?:f?)"([^"]+)"'
    r'|(?:return|reason =) f?"([^"]+)"|EXPIRED_SIGNER, "([^"]+)"'
)
FILLED = {
    "{name}": "DG2", "{group}": "15", "{proof.status:04X}": "6A82", "{error}": "anything",
    "{where}": "EF.SOD", "{length}": "256",
}  # fmt: skip


def reasons() -> list[str]:
    found = set()
    for name in ("trust.py", "judgement.py"):
        for groups in SAID.findall((FOLDER / name).read_text()):
            text = "".join(groups)
            for slot, value in FILLED.items():
                text = text.replace(slot, value)
            if " " in text:
                found.add(text)
    return sorted(found)


@pytest.mark.parametrize("reason", reasons())
def test_a_reason_is_said_in_both_languages(reason: str) -> None:
    words = reason_words(reason)

    assert words.en == reason
    assert words.id != reason


def test_the_reasons_were_found() -> None:
    assert len(reasons()) > 25
