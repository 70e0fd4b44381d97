"""What happened at a device and what a person can try, in plain words, Indonesian first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from devices.capabilities import CaptureResult, Health, Lamp, PrintResult, PrintState, Verdict
from devices.errors import (
    AddressError,
    AnotherDevice,
    CanTriesUsed,
    ChipDelays,
    CoverOpen,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DocumentRemoved,
    Jammed,
    OutOfPaper,
    WrongAccessKey,
    WrongPin,
)
from devices.record import CARE_DUE

SEE_THE_PATH: Final = (
    "Periksa letak dan hak aksesnya. / See that it is there and that you may use it."
)
_ERRORS: Final[tuple[tuple[type[DeviceError], str, str], ...]] = (
    (
        AddressError,
        "alamat salah / the address is wrong",
        "Perbaiki alamatnya; yang ada: loket devices list, bentuknya: docs/drivers.md"
        " / Correct the address; what is there: loket devices list, its forms: docs/drivers.md",
    ),
    (
        DeviceGone,
        "tidak terhubung / it is not there",
        "Periksa alamat, kabel, dan daya, lalu cabut dan pasang kembali."
        " / Check address, cable and power, then unplug it and plug it in again.",
    ),
    (
        DeviceBusy,
        "dipakai program lain / another program holds it",
        "Tutup program lain yang memakainya; port serial: periksa juga hak akses grup dialout."
        " / Close the other program; at a serial port check for the group dialout, too.",
    ),
    (
        DeviceSilent,
        "tidak menjawab / it does not answer",
        "Matikan dan nyalakan perangkat; periksa alamatnya, port serial juga kecepatannya (baud)."
        " / Switch it off and on; check its address, of a serial port the rate (baud), too.",
    ),
    (
        DeviceProtocolError,
        "jawabannya tidak dapat dimengerti / it answers nonsense",
        "Periksa apakah driver cocok, port serial juga kecepatannya (baud); ganti kabel; ganti"
        " perangkat bila berulang. / Check that the driver fits, of a serial port the rate (baud),"
        " too; change the cable; replace it if this returns.",
    ),
    (
        DeviceRefused,
        "menolak / it refused",
        "Periksa pengaturannya. / Check its settings.",
    ),
    (
        AnotherDevice,
        "bukan perangkat yang diterima / not the accepted device",
        "Terima perangkat ini bila memang diganti. / Accept it if it was replaced on purpose.",
    ),
    (
        OutOfPaper,
        "tidak ada kertas / there is no paper",
        "Isi kertas, atau letakkan dokumen di pengumpan."
        " / Put in paper, or documents into the feeder.",
    ),
    (CoverOpen, "penutup terbuka / a cover is open", "Tutup penutupnya. / Close the cover."),
    (
        Jammed,
        "kertas macet / paper is jammed",
        "Keluarkan kertas yang macet. / Remove the jammed paper.",
    ),
    (
        WrongAccessKey,
        "kunci tidak membuka cip / the key does not open the chip",
        "Bandingkan kunci dengan dokumen: nomor, tanggal lahir, dan habis berlaku, atau CAN."
        " / Compare the key with the document: number, birth and expiry, or the CAN.",
    ),
    (
        ChipDelays,
        "cip meminta menunggu / the chip asks to wait",
        "Tunggu sebentar, bandingkan data, lalu coba lagi."
        " / Wait a moment, compare the data, then try again.",
    ),
    (
        CanTriesUsed,
        "CAN salah dua kali / the CAN was wrong twice",
        "Pakai MRZ, atau angkat dan letakkan kembali dokumen."
        " / Use the MRZ, or lift the document and lay it down again.",
    ),
    (
        WrongPin,
        "PIN ditolak / the PIN is refused",
        "Periksa PIN; bila terblokir, buka dengan PUK."
        " / Check the PIN; a blocked card is unblocked with its PUK.",
    ),
    (
        DocumentRemoved,
        "tidak ada dokumen atau kartu / no document or card",
        "Letakkan kembali dan biarkan. / Lay it down again and leave it.",
    ),
)

USE_PIV: Final = "Pakai kartu PIV. / Use a PIV card."
_CARD_DRIVERS: Final = ("emrtd", "piv", "pcsc")
_OF_CARDS: Final[Mapping[type[DeviceError], str]] = {
    DeviceBusy: "Tutup program lain yang memakai kartu; angkat kartu dan letakkan kembali."
    " / Close the program that uses the card; take the card out and lay it down again.",
    DeviceSilent: "Angkat kartu atau paspor dan letakkan kembali; lalu coba yang lain, lalu pembaca"
    " lain. / Lift card or passport and lay it down again; then try another, then another reader.",
    DeviceProtocolError: "Letakkan kembali dan ulangi; bila berulang, kartu atau cipnya rusak atau"
    " palsu. / Lay it down again and repeat; if this returns, card or chip are broken or forged.",
}
"""What to try instead where a card is what does not answer."""
_REASONS: Final[Mapping[str, str]] = {
    "black": "Buka tutup lensa, nyalakan lampu. / Uncover the lens, switch a light on.",
    "frozen": "Cabut kamera dan pasang kembali. / Unplug the camera and plug it in again.",
    "no_font": "Pasang font untuk huruf itu, atau beri ?font=BERKAS."
    " / Install a font for these letters, or give ?font=FILE.",
    "no_pdf": "Cetak lewat antrean CUPS. / Print through a CUPS queue.",
    "no_image": "Pakai pembaca yang memberi gambar. / Use a reader that gives images.",
    "missing": "apt install gir1.2-fprint-2.0 python3-gi",
    "no_feeder": "Pindai dari kaca. / Scan from the glass.",
    "identification_only": USE_PIV,
    "other_card": "Pakai kartu yang terdaftar untuk petugas ini."
    " / Use the card that is bound to this officer.",
    "no_pace": "Pakai MRZ dokumen. / Use the document's MRZ.",
    "cancelled": "Ulangi bila dibutuhkan. / Start again if it is needed.",
    "13": "Periksa ?password= pada alamat. / Check ?password= in the address.",
    "access": "Beri hak: sudo usermod -aG scanner $USER, lalu masuk lagi."
    " / Give the right: sudo usermod -aG scanner $USER, then sign in again.",
    "unsupported": "Periksa ?set. pada alamat dan driver SANE pemindai."
    " / Check ?set. in the address and the scanner's SANE driver.",
    "option": "Perbaiki ?set. pada alamat; yang ada: scanimage -A."
    " / Correct ?set. in the address; what there is: scanimage -A.",
    "area": "Pakai pemindai A4. / Use a scanner for A4.",
    "no_mode": "Pakai mode lain (--grey). / Use another mode (--grey).",
    "media": "Isi kertas itu, atau ubah ?media= pada alamat."
    " / Put that paper in, or change ?media= in the address.",
    "upgrade": "Tulis ipps:// pada alamat. / Write ipps:// in the address.",
    "http": "Periksa jalur di belakang HOST, mis. /ipp/print, dan hak pencetak."
    " / Check the path behind HOST, e.g. /ipp/print, and the printer's rights.",
    "ipp": "Lihat layar pencetak; cetak ulang lewat antrean CUPS bila berulang."
    " / Look at the printer's display; print through a CUPS queue if this returns.",
    "too_long": "Itu bukan kode kita; pindai kertas lain."
    " / That is none of our codes; scan another paper.",
    "no_end": "Atur pemindai agar mengirim CR atau LF di akhir kode."
    " / Set the scanner to send CR or LF after each code.",
    "no_certificate": "Minta kartu dengan sertifikat di slot 9A."
    " / Ask for a card with a certificate in slot 9A.",
}
"""What to try when a device refused, by its reason; `http_404` and its kin by what leads them."""

_LAMPS: Final[Mapping[Lamp, str]] = {
    Lamp.READY: "siap / ready",
    Lamp.BUSY: "sedang bekerja / working",
    Lamp.WARNING: "perlu perhatian / needs attention",
    Lamp.DOWN: "tidak dapat dipakai / cannot be used",
}
_OF_HEALTH: Final[Mapping[str, str]] = {
    "paper_end": "Isi kertas atau rol baru. / Put in paper or a new roll.",
    "paper_near_end": "Siapkan rol baru. / Have a new roll ready.",
    "cover_open": "Tutup penutupnya. / Close the cover.",
    "no_pdf": "Cetak lewat antrean CUPS. / Print through a CUPS queue.",
    "library_not_empty": "loket devices empty-library ALAMAT --yes / … ADDRESS --yes",
    "picture_black": _REASONS["black"],
    "picture_frozen": _REASONS["frozen"],
    "card_in_use": "Tutup program lain yang memakai kartu. / Close the program that uses the card.",
    "jammed": "Keluarkan kertas yang macet. / Remove the jammed paper.",
    "cutter_error": "Buka penutup, keluarkan kertas dari pemotong."
    " / Open the cover and take the paper out of the cutter.",
    "printer_error": "Matikan dan nyalakan pencetak. / Switch the printer off and on.",
    "offline": "Tekan tombol kertas atau nyalakan pencetak."
    " / Press the feed button or switch the printer on.",
    "tray_missing": "Pasang baki kertas. / Put the paper tray in.",
    "toner_empty": "Ganti tinta atau toner. / Change the ink or toner.",
    "toner_low": "Siapkan tinta atau toner. / Have ink or toner ready.",
    "waste_full": "Ganti wadah sisa tinta. / Change the waste box.",
    "output_full": "Kosongkan baki keluar. / Empty the output tray.",
    "paused": "Lanjutkan di panel pencetak. / Resume at the printer's panel.",
    CARE_DUE: "Bersihkan atau ganti rolnya, lalu: loket devices serviced PERAN cleaned|roll_changed"
    " / Clean it or change its roll, then: loket devices serviced ROLE …",
    "stopped": "Nyalakan lagi di panel pencetak. / Start it again at the printer's panel.",
}
"""What to do about a health code; the codes of errors have their own."""

_PRINTS: Final[Mapping[PrintState, str]] = {
    PrintState.PRINTED: "tercetak / printed",
    PrintState.SENT: "terkirim, belum dipastikan / sent, not confirmed",
    PrintState.UNKNOWN: "tidak diketahui: lihat apakah kertas keluar"
    " / unknown: look whether paper came out",
    PrintState.FAILED: "tidak tercetak / not printed",
}
_FINGERS: Final[Mapping[CaptureResult, str]] = {
    CaptureResult.CAPTURED: "jari terekam / a finger was captured",
    CaptureResult.NO_FINGER: "Tidak ada jari. / No finger came.",
    CaptureResult.MESSY: "Jari basah atau bergerak; bersihkan dan ulangi."
    " / The finger is wet or moved; wipe it and try again.",
    CaptureResult.FEW_POINTS: "Jari terlalu kering; tekan lebih kuat."
    " / Too little to see; press harder.",
}

_VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.VALID: "sah / valid",
    Verdict.ALTERED: "berubah / altered",
    Verdict.UNKNOWN_SIGNER: "penanda tangan tidak dikenal / signer unknown",
    Verdict.EXPIRED_SIGNER: "sertifikat penanda berakhir / signer expired or revoked",
    Verdict.CLONE_SUSPECTED: "diduga salinan / clone suspected",
    Verdict.NOT_CHECKED: "belum diperiksa / not checked",
}


def what_happened(error: DeviceError) -> str:
    """Say what went wrong, then the driver's own words and the stable code."""
    told = f"{error.detail or error} [{error.code}]"
    if " / " in error.detail:
        return told
    words = next((said for kind, said, _ in _ERRORS if isinstance(error, kind)), "")
    return f"{words}: {told}" if words else told


def remedy_for(error: DeviceError) -> str:
    """Say what a person can try."""
    if isinstance(error, DeviceRefused):
        families = (error.reason, error.reason.partition("_")[0])
        if known := next((_REASONS[name] for name in families if name in _REASONS), ""):
            return known
    if error.address.partition(":")[0] in _CARD_DRIVERS and type(error) in _OF_CARDS:
        return _OF_CARDS[type(error)]
    tries = (remedy for kind, _, remedy in _ERRORS if isinstance(error, kind))
    return next(tries, "Periksa perangkat. / Check the device.")


def how_it_is(health: Health) -> str:
    """Say how a device is: its lamp in words, then its code and own words."""
    words = _LAMPS[health.lamp]
    if health.code == "ready":
        return words
    return (
        f"{words}: {health.detail} [{health.code}]" if health.detail else f"{words}: {health.code}"
    )


def remedy_of_health(health: Health) -> str:
    """Say what a person can do about a device's state, empty when nothing is needed or known."""
    if health.lamp in (Lamp.READY, Lamp.BUSY):
        return ""
    of_errors = {kind.code: remedy for kind, _, remedy in _ERRORS}
    known = _OF_HEALTH.get(health.code) or of_errors.get(health.code, "")
    if known or health.lamp is Lamp.WARNING:
        return known
    return "Lihat layar atau lampu perangkat. / Look at the device's own display or lamps."


def print_words(result: PrintResult) -> str:
    """Say what became of a print."""
    more = " ".join(filter(None, (result.detail, f"[{result.code}]" if result.code else "")))
    return f"{_PRINTS[result.state]}{': ' if more else ''}{more}"


def remedy_of_print(result: PrintResult) -> str:
    """Say what to do about a print that is not known to have come out."""
    known = _OF_HEALTH.get(result.code) or {kind.code: remedy for kind, _, remedy in _ERRORS}.get(
        result.code, ""
    )
    if result.state is not PrintState.UNKNOWN:
        return known
    look = (
        "Lihat kertasnya dulu, jangan langsung cetak ulang."
        " / Look at the paper first, do not print again at once."
    )
    return f"{look} {known}".rstrip()


def verdict_words(verdict: Verdict) -> str:
    """Say what a check of a chip found."""
    return _VERDICTS[verdict]


def finger_words(result: CaptureResult) -> str:
    """Say how a capture ended."""
    return _FINGERS[result]
