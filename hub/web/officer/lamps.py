"""Says how devices and their jobs stand: icon, colour and word, and the way round a fault."""

from __future__ import annotations

import re
from datetime import timedelta

from hub.jobs import JobView
from hub.web.officer.case_page import JobLamp
from hub.web.officer.views import DeviceLamp, Notice
from hub.web.words import Speech, wording
from hub.wire import DeviceReport

AGENT_QUIET = timedelta(minutes=2)
"""An agent reports at least once a minute; twice missed and it is shown as gone."""

COUNTABLE = 20
LINK = "link"
"""Not a device: what a kiosk tells of requests that it did not know to have arrived."""
_COUNTED = re.compile(r"(\d{1,6}) (\d{1,6})", re.ASCII)
_ICONS = {
    "fingerprint": "fingerprint-pattern",
    "camera": "camera",
    "scanner": "scan-text",
    "document_printer": "printer",
    "ticket_printer": "ticket",
    "passport_reader": "nfc",
    "card_reader": "id-card",
    "barcode_reader": "barcode",
    LINK: "network",
}
_LAMPS = {
    "ready": ("ok", "circle-check"),
    "busy": ("info", "refresh-cw"),
    "warning": ("warn", "triangle-alert"),
    "down": ("bad", "circle-x"),
}
_DONE = ("done",)
_RUNNING = ("queued", "leased", "started")


def device_lamp(device: DeviceReport, speech: Speech) -> DeviceLamp:
    """Return how a device stands, in words."""
    kind, symbol = _LAMPS[device.lamp]
    return DeviceLamp(
        role=device.role,
        icon=_ICONS.get(device.role, "cpu"),
        name=_role(device.role, speech),
        also=_role_also(device.role, speech),
        kind=kind,
        symbol=symbol,
        word=_word(device, speech),
    )


def device_notice(device: DeviceReport, speech: Speech) -> Notice | None:
    """Return what a person has to do about a device, or None while it works."""
    if device.lamp not in ("warning", "down"):
        return None
    kind, symbol = _LAMPS[device.lamp]
    what = f"{_role(device.role, speech)}: {_word(device, speech)}."
    todo = _todo(device, speech)
    role = device.role if device.code == "device_changed" else ""
    if role and device.detail:
        todo = f"{speech.half(device.detail)}. {todo}"
    return Notice(kind, symbol, what, todo, role=role)


def _todo(device: DeviceReport, speech: Speech) -> str:
    """Return what to do about a device's trouble: for its role, else for any device."""
    trouble = f"todo_{_plain(device.code)}"
    for_any = speech.known(trouble, speech.say("todo_other"))
    return speech.known(f"{trouble}_{device.role}", for_any)


def unsure_notice(job: JobView, speech: Speech) -> Notice:
    """Return the question whether the paper of a print came out."""
    what = speech.say("print_unsure", kind=speech.say(f"job_kind_{job.kind}"))
    return Notice("warn", "circle-question-mark", what, speech.say("print_unsure_ask"), job.id)


def job_lamp(job: JobView, speech: Speech) -> JobLamp | None:
    """Return how the newest request for an evidence row stands; None once it is done."""
    if job.state in _DONE:
        return _photo_lamp(job, speech)
    if job.state in _RUNNING:
        word = speech.say("job_queued", counter=job.counter)
        if job.state == "started":
            word = speech.say("job_started")
        if job.total:
            word += " · " + _progress(job, speech)
        return JobLamp(job.id, "info", "refresh-cw", word, True, job.done, job.total)
    if job.state == "unknown":
        return JobLamp(
            job.id, "warn", "circle-question-mark", speech.say("job_unknown"), False, unknown=True
        )
    if job.state == "expired":
        return JobLamp(job.id, "bad", "circle-x", speech.say("job_expired"), False)
    word = speech.say("job_failed")
    because = speech.known(f"code_{_plain(job.code)}")
    todo = speech.known(f"todo_{_plain(job.code)}", speech.say("todo_other"))
    return JobLamp(
        job.id, "bad", "circle-x", f"{word}: {because}" if because else word, False, detail=todo
    )


def _photo_lamp(job: JobView, speech: Speech) -> JobLamp | None:
    """Return what is wrong with a portrait, in words; None if nothing is."""
    found = job.facts.get("faults", "").split()
    if not found:
        return None
    words = ", ".join(speech.known(f"photo_{fault}", fault.replace("_", " ")) for fault in found)
    word = f"{speech.say('photo_poor')}: {words}"
    todo = speech.say("photo_todo")
    return JobLamp(job.id, "warn", "triangle-alert", word, False, detail=todo)


def _progress(job: JobView, speech: Speech) -> str:
    # pages and fingers are counted, lines of a scan are not
    if job.total > COUNTABLE:
        return f"{job.done * 100 // job.total} %"
    return speech.say("job_progress", done=job.done, total=job.total)


def _role(role: str, speech: Speech) -> str:
    return speech.known(f"role_{role}", role.replace("_", " "))


def _role_also(role: str, speech: Speech) -> str:
    key = f"role_{role}"
    return speech.also(key) if key in wording() else ""


def _word(device: DeviceReport, speech: Speech) -> str:
    if device.role == LINK and (told := _COUNTED.fullmatch(device.detail)):
        count, settled = int(told[1]), int(told[2])
        key = "link_settled" if count == settled else "link_doubtful"
        return speech.say(key, count=count, settled=settled)
    if device.lamp == "ready":
        return speech.say("lamp_ready")
    said = speech.known(f"code_{_plain(device.code)}")
    return said or speech.say(f"lamp_{device.lamp}")


def _plain(code: str) -> str:
    return code.removeprefix("device_")
