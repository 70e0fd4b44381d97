"""What to do about a finding of `loket hub check`, in both languages: one advice for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub.wire import Words

_ELSE = Words(
    id="Catatan tidak cocok satu sama lain: simpan salinan folder hub seperti sekarang, jangan "
    "perbaiki basis data dengan tangan, bandingkan dengan salinan terakhir yang masih `sound`.",
    en="Records do not agree: keep a copy of the hub's folder as it is now, mend nothing in the "
    "database by hand, compare with the last copy that was still `sound`.",
)
_KINDS: tuple[tuple[re.Pattern[str], Words], ...] = (
    (
        re.compile(r"^file |the file .* not recorded$|names an unknown file"),
        Words(
            id="Berkas hilang atau berubah: ambil berkas bernama sama dari folder `blobs` salinan "
            "(loket hub backup) ke folder `blobs` hub, lalu periksa lagi. Tanpa salinan: pindai "
            "lagi dokumennya pada permohonan itu.",
            en="A file is gone or changed: take the file of the same name from the copy's folder "
            "`blobs` (loket hub backup) into the hub's, then check again. Without a copy: scan "
            "the document again in its case.",
        ),
    ),
    (
        re.compile(r"^event |^the chain |^the office has no head row"),
        Words(
            id="Rantai peristiwa diubah di luar hub: hentikan hub, simpan folder ini sebagai "
            "bukti, beri tahu Kepala Kantor, pulihkan salinan terakhir (loket hub restore).",
            en="The chain of events was changed outside of the hub: stop the hub, keep this folder "
            "as evidence, tell the head of office, restore the last copy (loket hub restore).",
        ),
    ),
    (
        re.compile(r"its data key does not open"),
        Words(
            id="Kunci permohonan tidak terbuka: periksa bahwa --key-file adalah kunci kantor ini; "
            "bila ya, pulihkan salinan terakhir.",
            en="The case's key does not open: see that --key-file is this office's key; if it is, "
            "restore the last copy.",
        ),
    ),
    (
        re.compile(r"which the procedure does not have"),
        Words(
            id="Permohonan berada di langkah yang tidak ada di sop.toml: kembalikan langkah itu ke "
            "berkas (loket office check menyebut barisnya).",
            en="The case stands at a step that sop.toml does not have: put it back into the file "
            "(loket office check names the line).",
        ),
    ),
    (
        re.compile(r"^case .* lacks "),
        Words(
            id="Bukti langkah tidak ada: buka kembali langkah itu di halaman permohonan, lengkapi, "
            "selesaikan lagi. Bila banyak permohonan: pulihkan salinan terakhir.",
            en="Evidence of a step is gone: open that step again on the page of the case, supply "
            "it, complete it anew. Where it is many cases: restore the last copy.",
        ),
    ),
    (
        re.compile(r"^case .*passport is still in the office"),
        Words(
            id="Cari paspor itu, lalu catat penyerahannya di halaman Paspor di kantor.",
            en="Find that passport, then record that it was given back on the page Passports.",
        ),
    ),
    (
        re.compile(r"^card of officer "),
        Words(
            id="Ikat lagi kartu petugas itu di halaman akunnya.",
            en="Bind that officer's card again on the account page.",
        ),
    ),
)


def advice(findings: Iterable[str]) -> tuple[Words, ...]:
    """Return what to do about `findings`, each advice once, in the order they come up."""
    return tuple(dict.fromkeys(_of(finding) for finding in findings))


def _of(finding: str) -> Words:
    return next((todo for kind, todo in _KINDS if kind.search(finding)), _ELSE)
