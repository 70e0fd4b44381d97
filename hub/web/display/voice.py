"""The waiting room's voice: a call as a sound, made by espeak-ng in a process, kept a while.

Numbers are said sign by sign (999 and 1000 alike), letters one by one; no names aloud.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections import OrderedDict
from contextlib import suppress

log = logging.getLogger(__name__)

PROGRAM = "espeak-ng"
WORDS_PER_MINUTE = "140"
WITHIN_S = 5.0
MOST_KEPT = 8
"""A clip has about 250 KB; every display of the room asks for the same few."""
AT_ONCE = 2
HEAD = 44

_DIGITS = {
    "id": ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_SENTENCE = {
    "id": "Nomor antrean, {number}. Silakan menuju loket {counter}.",
    "en": "Queue number {number}. Please proceed to counter {counter}.",
}
_TENS = {
    "id": ("", "sepuluh", "dua puluh", "tiga puluh", "empat puluh", "lima puluh", "enam puluh",
           "tujuh puluh", "delapan puluh", "sembilan puluh"),
    "en": ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
}  # fmt: skip
_TEENS = {
    "id": ("sepuluh", "sebelas", *(f"{one} belas" for one in _DIGITS["id"][2:])),
    "en": ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
           "eighteen", "nineteen"),
}  # fmt: skip


def spoken_call(number: str, counter: int, lang: str) -> str:
    """Return the sentence that calls `number` (as `AZ-1000`) to a counter from 1 to 99."""
    digits = _DIGITS[lang]
    signs = [digits[int(sign)] if sign.isdigit() else sign for sign in number if sign != "-"]
    return _SENTENCE[lang].format(number=", ".join(signs), counter=_up_to_99(counter, lang))


class Voice:
    """Makes clips; one instance a hub."""

    def __init__(self) -> None:
        self._clips: OrderedDict[str, asyncio.Task[bytes]] = OrderedDict()
        self._free = asyncio.Semaphore(AT_ONCE)

    @property
    def speaks(self) -> bool:
        """Return whether this machine has the voice."""
        return shutil.which(PROGRAM) is not None

    async def clip(self, number: str, counter: int, lang: str) -> bytes:
        """Return the call as WAV; empty when it could not be made."""
        text = spoken_call(number, counter, lang)
        made = self._clips.get(text)
        if made is None:
            made = self._clips[text] = asyncio.create_task(self._make(text, lang))
            if len(self._clips) > MOST_KEPT:
                self._clips.popitem(last=False)
        sound = b""
        try:
            sound = await asyncio.shield(made)
        finally:
            if made.done() and not sound:  # what failed is tried again
                self._clips.pop(text, None)
        return sound

    async def _make(self, text: str, lang: str) -> bytes:
        async with self._free:
            try:
                process = await asyncio.create_subprocess_exec(
                    PROGRAM, "-v", lang, "-s", WORDS_PER_MINUTE, "--stdin", "--stdout",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
            except OSError as error:
                log.warning("no voice: %s", error.strerror)
                return b""
            try:
                async with asyncio.timeout(WITHIN_S):
                    sound, _ = await process.communicate(text.encode())
            except TimeoutError:
                log.warning("the voice took longer than %d s", WITHIN_S)
                return b""
            else:
                return with_length(sound)
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()


def with_length(sound: bytes) -> bytes:
    """Return a WAV with its true lengths: written to a pipe it could not know them.

    RIFF | size 4 little-endian | WAVEfmt … | data | size 4 | samples, after 44 bytes of head.
    """
    if len(sound) <= HEAD or not sound.startswith(b"RIFF"):
        return b""
    samples = len(sound) - HEAD
    sizes = [(samples + HEAD - 8).to_bytes(4, "little"), samples.to_bytes(4, "little")]
    return sound[:4] + sizes[0] + sound[8 : HEAD - 4] + sizes[1] + sound[HEAD:]


def _up_to_99(number: int, lang: str) -> str:
    tens, ones = divmod(number, 10)
    if tens == 1:
        return _TEENS[lang][ones]
    words = [_TENS[lang][tens], _DIGITS[lang][ones] if ones or not tens else ""]
    return " ".join(word for word in words if word)
