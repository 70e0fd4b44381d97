"""Say in words why an entry was found: term by term, strongest first, Indonesian and English."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.cekal.aligning import Aligned
from hub.cekal.birth_terms import Born
from hub.cekal.matcher import Hit, Matcher
from hub.cekal.neighbours import Alike
from hub.cekal.terms import CUSTOMS, TERMS

_PAIR = {
    Alike.EXACT: ("sama dengan", "same as"),
    Alike.FINE: ("ejaan lain dari", "another spelling of"),
    Alike.KNOWN: ("bentuk lain dari", "another form of"),
    Alike.SYLLABLE: ("suku kata yang sama dengan", "the same syllable as"),
    Alike.BARE: ("berbunyi seperti", "sounds like"),
    Alike.BLUNT: ("berbunyi mirip", "sounds nearly like"),
    Alike.CLOSE: ("hampir sama dengan", "nearly the same as"),
    Alike.NEAR: ("mirip dengan", "similar to"),
    Alike.FAR: ("agak mirip dengan", "somewhat similar to"),
    Alike.BEGINNING: ("awal atau singkatan dari", "beginning or short form of"),
    Alike.INITIAL: ("inisial dari", "initial of"),
}
_BORN = {
    Born.SAME_DAY: ("tanggal lahir sama", "birth date same"),
    Born.CONVERTED_DAY: (
        "tanggal lahir sama menurut kalender lain",
        "birth date same in another calendar",
    ),
    Born.SWAPPED: (
        "tanggal lahir sama, hari dan bulan tertukar",
        "birth date same, day and month swapped",
    ),
    Born.ONE_DIGIT: (
        "tanggal lahir berbeda satu angka, satu hari, atau satu bulan",
        "birth date differs in one digit, by one day or by one month",
    ),
    Born.TWO_OF_THREE: (
        "tahun dan hari atau bulan lahir sama",
        "year and day or month of birth same",
    ),
    Born.SAME_MONTH: ("bulan dan tahun lahir sama", "month and year of birth same"),
    Born.NEAR_YEAR: (
        "hari dan bulan lahir sama, tahun berselisih satu, dua, atau sepuluh",
        "day and month of birth same, one, two or ten years apart",
    ),
    Born.OTHER_YEAR: (
        "hari dan bulan lahir sama, tahun lain",
        "day and month of birth same, other year",
    ),
    Born.ONLY_YEAR: (
        "tahun lahir sama, selebihnya tidak diketahui",
        "year of birth same, the rest unknown",
    ),
    Born.PLACEHOLDER: (
        "tahun lahir sama, hari dan bulan pengganti",
        "year of birth same, day and month a placeholder",
    ),
    Born.CONVERTED_YEAR: (
        "tahun lahir sama menurut kalender lain",
        "year of birth same in another calendar",
    ),
    Born.SAME_YEAR: (
        "tahun lahir sama, hari dan bulan lain",
        "year of birth same, other day and month",
    ),
    Born.NEXT_YEAR_PARTIAL: (
        "tahun lahir berselisih satu, dua, atau sepuluh, selebihnya tidak diketahui",
        "years of birth one, two or ten apart, the rest unknown",
    ),
    Born.NEXT_YEAR: ("tahun lahir berdekatan", "year of birth near"),
    Born.UNKNOWN: ("tanggal lahir tidak diketahui", "birth date unknown"),
    Born.FEW_YEARS: ("tahun lahir berbeda beberapa tahun", "years of birth a few years apart"),
    Born.FAR: ("tahun lahir jauh berbeda", "years of birth far apart"),
}
_FACTS = {
    "sex": ({
        "sex_same": ("jenis kelamin sama", "sex same"),
        "sex_differs": ("jenis kelamin berbeda", "sex differs"),
    }),
    "nation": ({
        "nation_same": ("kewarganegaraan sama", "nationality same"),
        "nation_related": ("kewarganegaraan berkerabat", "nationality of the same region"),
        "nation_differs": ("kewarganegaraan berbeda", "nationality differs"),
    }),
    "passport": ({
        "passport_same": ("nomor dokumen sama", "document number same"),
        "passport_near": ("nomor dokumen hampir sama", "document number nearly the same"),
        "passport_differs": ("nomor dokumen berbeda", "document number differs"),
    }),
}  # fmt: skip
_OF_PAIRS = (
    "whole", "whole_high", "whole_low", "whole_same", "both_single", "cut", "covered",
    "covered_of_query", "covered_of_list", "covered_little", "surprise", "surprise_enough",
    "surprise_beyond", "heard", "heard_surprise", "likeness_least", "likeness_mean",
    "whole_of_syllables", "heard_of_syllables", "pairs_of_syllables",
)  # fmt: skip
"""What the name as a whole adds is told with its pairs, to each by its rarity."""
_NAME_GROUPS = {
    ("bagian nama yang tidak berpasangan", "parts of the name left over"): (
        "query_left", "list_left", "both_left", "query_left_rare", "list_left_rare",
        "both_left_rare", "all_of_query", "all_of_both", "one_of_several", "no_pair",
        "both_left_of_syllables",
        *(f"left_{custom}" for custom in CUSTOMS), *(f"both_left_{custom}" for custom in CUSTOMS),
    ),
    ("urutan bagian nama", "order of the parts"): ("order_broken", "first_to_first"),
    ("seberapa umum nama itu di daftar", "how common the name is on the list"): (
        "crowd", "crowd_none",
    ),
    ("besar daftar dan nilai dasar", "size of the list and base value"): ("size", "bias", "base"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation and what it adds to the sum."""

    id: str
    en: str
    adds: float


def explain(matcher: Matcher, hit: Hit) -> list[Reason]:
    """Return the reasons for a hit, strongest first; they sum up to the score's logit."""
    adds = {term: matcher.weights.terms[term] * float(value)
            for term, value in zip(TERMS, hit.terms, strict=True)}  # fmt: skip
    reasons = [*_names(matcher, hit, sum(adds[term] for term in _OF_PAIRS))]
    reasons += [*_facts(adds), *_groups(adds | {"base": -matcher.base})]
    return sorted(reasons, key=lambda reason: -abs(reason.adds))


def _names(matcher: Matcher, hit: Hit, whole: float) -> list[Reason]:
    """Return a reason for each pair of parts; without a pair one for the name as a whole."""
    aligned = matcher.aligned(hit.form, np.array([hit.row], np.int32))
    paired = [n for n in range(len(aligned.readings)) if aligned.place[0, n] >= 0]
    if not paired:
        return [Reason("nama seluruhnya", "the name as a whole", whole)]
    rarity = {n: 0.5 + float(aligned.surprise[0, n]) for n in paired}
    numbers = matcher.index.rows.parts[hit.row]
    parts = [matcher.index.vocabulary.parts[n] for n in numbers if n >= 0]
    return [
        _pair(matcher, aligned, n, parts, whole * rarity[n] / sum(rarity.values())) for n in paired
    ]


def _pair(
    matcher: Matcher, aligned: Aligned, number: int, parts: list[str], share: float
) -> Reason:
    kind = Alike(int(aligned.kind[0, number]))
    weights, name = matcher.weights.terms, kind.name.lower()
    rare = weights[f"surprise_{name}"] * float(aligned.surprise[0, number]) / 10
    mine, theirs = aligned.readings[number].text, parts[int(aligned.place[0, number])]
    indonesian, english = _PAIR[kind]
    if kind in (Alike.BEGINNING, Alike.INITIAL):
        mine, theirs = sorted((mine, theirs), key=len)
    return Reason(
        f"'{mine}' {indonesian} '{theirs}'",
        f"'{mine}' {english} '{theirs}'",
        weights[f"pairs_{name}"] + rare + share,
    )


def _facts(adds: dict[str, float]) -> list[Reason]:
    born = next(kind for kind in Born if adds[f"born_{kind.name.lower()}"] or kind is Born.FAR)
    with_name = sum(value for term, value in adds.items() if "_and_" in term)
    reasons = [Reason(*_BORN[born], adds[f"born_{born.name.lower()}"] + with_name)]
    for group, terms in _FACTS.items():
        for term, words in terms.items():
            extra = adds["nation_same_rare"] if term == "nation_same" else 0.0
            if group and (adds[term] or extra):
                reasons.append(Reason(*words, adds[term] + extra))
    return reasons


def _groups(adds: dict[str, float]) -> list[Reason]:
    reasons = []
    for (indonesian, english), terms in _NAME_GROUPS.items():
        total = sum(adds[term] for term in terms)
        if abs(total) >= 0.005:
            reasons.append(Reason(indonesian, english, total))
    return reasons
