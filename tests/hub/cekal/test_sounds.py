from __future__ import annotations

import pytest

from hub.cekal.assimilating import assimilated
from hub.cekal.sounds import begun_as, keys_shared, sound_of
from hub.cekal.syllables import (
    native,
    split_syllables,
    spread_out,
    syllabic,
    vietnamese_apart,
    wade_giles,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SOEHARTO", "SUHARTO"), ("DJOKO", "JOKO"), ("TJAHJONO", "CAHYONO"), ("JUSUF", "YUSUF"),
        ("SJARIF", "SYARIF"), ("NJOTO", "NYOTO"), ("SHARIEF", "SYARIF"), ("HOSSEIN", "HUSAIN"),
        ("ABDURRAHMAN", "ABDELRAHMAN"), ("NASREDDINE", "NASRUDDIN"),
        ("TCHAIKOVSKY", "CHAIKOVSKII"),
        ("YELTSIN", "ELTSIN"), ("RAMADHAN", "RAMAZAN"), ("KANIMOZHI", "KANIMOLI"),
        ("GAMAL", "JAMAL"),
        ("AHMADINEJAD", "AHMADINEZHAD"), ("IVANOVA", "IVANOV"), ("JILMAZ", "YILMAZ"),
        ("NAGLA", "NAJLA"),
        ("DINESHBHAI", "DINESH"), ("RAMANLAL", "RAMANBHAI"), ("NAGWAN", "NAJWAN"),
        ("QASIMOV", "GASIMOV"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert set(sound_of(one).fine) & set(sound_of(other).fine)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CHEN", "TAN"), ("CHEN", "CHAN"), ("LIN", "LIEM"), ("HUANG", "WONG"), ("HUANG", "OEI"),
        ("XIAO", "HSIAO"), ("ZHOU", "CHOU"), ("CAI", "TSAI"), ("XIE", "TJIA"), ("KIM", "GIM"),
        ("YOUNG", "YEONG"), ("LEE", "RHEE"), ("PARK", "BAK"), ("MOHAMMED", "MEHMET"),
        ("HUANG", "HWANG"), ("YU", "ER"), ("ZHAO", "SIU"), ("KWADWO", "KOJO"), ("VECDI", "WAGDI"),
        ("LIU", "LARK"),
        ("JITENDRA", "JITINDER"), ("JEGANATHAN", "JAGANNATH"), ("SAEPUL", "SYAIFUL"),
        ("GUSTI", "GST"),
        ("BAI", "PARK"), ("QIAN", "CHENG"), ("HOANG", "HUYNH"), ("SWA", "ZWAR"),
        ("GYULA", "JULIUS"), ("HOVHANNES", "OGANES"), ("HAGOPIAN", "AKOPYAN"), ("HOXHA", "HODZA"),
        ("HAJIYEV", "GADZHIEV"), ("INAKI", "IGNACIO"), ("CHAIM", "HAIM"), ("COHEN", "KAGAN"),
    ],
)  # fmt: skip
def test_two_romanisations_of_one_syllable_are_known(one: str, other: str) -> None:
    assert set(sound_of(one).known) & set(sound_of(other).known)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GIM", "KIM"),
        ("BALAN", "PALAN"),
        ("ZAINAL", "SAINAL"),
        ("DANU", "TANU"),
        ("BHUMIBOL", "PHUMIPHON"),
        ("BEDOUI", "BADAWI"),
        ("BURHANUDDIN", "BURHAN"),
        ("HABIBULLAH", "HABIB"),
    ],
)
def test_voiced_and_unvoiced_letters_fall_together_at_last(one: str, other: str) -> None:
    assert keys_shared(sound_of(one), sound_of(other))


@pytest.mark.parametrize(("one", "other"), [("BUDI", "SITI"), ("AHMAD", "OMAR"), ("WANG", "LIU")])
def test_different_names_share_no_sound(one: str, other: str) -> None:
    assert not keys_shared(sound_of(one), sound_of(other))


def test_pinyin_is_written_in_wade_giles() -> None:
    pairs = {
        "xiao": "hsiao",
        "zhou": "chou",
        "jian": "chien",
        "qing": "ching",
        "zhong": "chung",
        "guo": "kuo",
    }

    assert {syllable: wade_giles(syllable) for syllable in pairs} == pairs


def test_syllables_written_together_are_taken_apart() -> None:
    assert split_syllables("XIAOMING") == (("XIAO", "MING"),)
    assert split_syllables("SEONGMIN") == (("SEONG", "MIN"),)
    assert split_syllables("JIHOON") == (("JI", "HOON"),)
    assert set(split_syllables("JEONGIL")) == {("JEON", "GIL"), ("JEONG", "IL")}
    assert syllabic(("LI", "XIAOMING")) == (("LI", "XIAO", "MING"),)
    assert spread_out("WEIMINGZHAO")[0] == ("WEI", "MING", "ZHAO")
    assert syllabic(("BUDI", "SANTOSO")) == ()
    assert syllabic(("ZEFANG", "ZU")) == ()
    assert syllabic(("ZEFANG", "ZU"), certain=True) == (("ZE", "FANG", "ZU"),)
    assert syllabic(("HONGTJONG", "TJHOA")) == (("HONG", "TJONG", "TJHOA"),)


def test_a_surname_is_one_part_and_a_syllable_may_be_one_vowel() -> None:
    assert syllabic(("PARK", "JIHOON")) == (("PARK", "JI", "HOON"),)
    assert syllabic(("NO", "UCHAE")) == (("NO", "WOO", "CHAE"),)
    assert ("HYUK", "KYOON", "YOUN") in syllabic(("HYUKKYOON", "YOUN"))
    assert set(split_syllables("MINU")) == {("MI", "NU"), ("MIN", "WOO")}
    assert syllabic(("OUYANG", "XIUWEN")) == (("OU", "YANG", "XIU", "WEN"),)
    assert syllabic(("LI", "FANGFANG")) == (("LI", "FANG", "FANG"),)
    assert syllabic(("SZETO", "WAH")) == (("SZE", "TO", "WAH"),)


@pytest.mark.parametrize(
    ("together", "apart"),
    [
        ("CHAEIN", ("CHAE", "IN")),
        ("RYUIL", ("RYU", "IL")),
        ("HYUKEUN", ("HYUK", "EUN")),
        ("WENYING", ("WEN", "YING")),
        ("TAIMAN", ("TAI", "MAN")),
    ],
)
def test_a_cut_breaks_no_vowel_and_leaves_syllables_in_use(
    together: str, apart: tuple[str, ...]
) -> None:
    assert apart in split_syllables(together)


@pytest.mark.parametrize(
    ("together", "apart"),
    [
        ("PAKKIHAE", ("PAK", "KI", "HAE")),
        ("SUHSUKKI", ("SUH", "SUK", "KI")),
        ("ZHAOWEIMING", ("ZHAO", "WEI", "MING")),
        ("GWANGSO", ("GWANG", "SO")),
    ],
)
def test_a_whole_name_written_as_one_word_is_taken_apart(
    together: str, apart: tuple[str, ...]
) -> None:
    assert apart == spread_out(together)[0]


def test_a_name_taken_from_elsewhere_stays_beside_the_syllables() -> None:
    assert syllabic(("LIU", "DEHUA", "ANDY"), certain=True) == (("LIU", "DE", "HUA", "ANDY"),)
    assert syllabic(("PETER", "CHEN", "DAIWEN"), certain=True) == (("PETER", "CHEN", "DAI", "WEN"),)
    assert syllabic(("MINHYEON", "HWANG", "DANIEL"), certain=True) == (
        ("MIN", "HYEON", "HWANG", "DANIEL"),
    )
    assert syllabic(("MARIA", "LIU", "ANDERSON")) == ()


def test_an_initial_is_heard_as_in_other_spellings() -> None:
    alike = {"K": "CHAIRUL", "Y": "JOHANNES", "O": "UTHMAN", "D": "DJOKO", "C": "KORNELIUS"}

    assert [part for letter, part in alike.items() if not begun_as(letter) & begun_as(part)] == []
    assert begun_as("D") & begun_as("CRUZ")  # JOSE D. GARCIA is JOSE DELA CRUZ GARCIA
    assert not begun_as("K") & begun_as("SURJADI")
    assert not begun_as("A") & begun_as("IBRAHIM")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("LEE HAK NAM", "LEE HANG NAM"), ("JEONG SEOK MIN", "JEONG SEONG MIN"),
        ("CHUNG MYUNG ROK", "CHUNG MYUNG NOK"),
    ],
)  # fmt: skip
def test_korean_syllables_are_also_read_as_they_are_spoken_together(
    written: str, spoken: str
) -> None:
    one, other = tuple(written.split()), tuple(spoken.split())

    assert other in assimilated(one)
    assert one in assimilated(other)


def test_korean_syllables_that_no_name_uses_are_not_made() -> None:
    assert list(assimilated(("KIM", "KYUNG", "MIN"))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GASANZADE", "HASANZADEH"), ("TOHIROV", "TAKHIROV"), ("ABDURROHMAN", "ABDULREHMAN"),
        ("XIRSI", "HIRSI"), ("CABDIRAXMAAN", "ABDIRAHMAN"), ("MAXAMUUD", "MAHAMUD"),
        ("NOORZOY", "NURZAI"),
    ],
)  # fmt: skip
def test_names_built_of_listed_ones_and_somali_letters_are_known(one: str, other: str) -> None:
    mine, theirs = sound_of(one), sound_of(other)

    assert {*mine.fine, *mine.known} & {*theirs.fine, *theirs.known}


def test_a_name_taken_beside_the_own_one_may_be_left_out() -> None:
    assert native(("ANDY", "LAU", "TAK", "WAH")) == ("LAU", "TAK", "WAH")
    assert native(("LIN", "MUCAI", "ALEX")) == ("LIN", "MUCAI")
    assert native(("KEVIN", "CAO", "SON")) == ("CAO", "SON")
    assert native(("STEFANUS", "MIN", "YONG", "DUK"), certain=True) == ("MIN", "YONG", "DUK")
    assert native(("STEFANUS", "MIN", "YONG", "DUK")) == ()
    assert native(("ANDY", "LAU")) == ()
    assert native(("ANNA", "LEE", "SMITH")) == ()
    assert native(("LIM", "BOON", "KENG")) == ()


def test_vietnamese_syllables_written_together_are_taken_apart() -> None:
    assert vietnamese_apart(("DO", "MANHCUONG")) == ("DO", "MANH", "CUONG")
    assert vietnamese_apart(("MYLINH", "HO")) == ("MY", "LINH", "HO")
    assert vietnamese_apart(("NGUYEN", "VAN", "HUNG")) == ()
    assert vietnamese_apart(("MARIA", "SANTOSO")) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("YANG", "YEOH"), ("XU", "HII"), ("YE", "YII"), ("ZHEN", "YAN"), ("DE", "TET"),
        ("YUE", "NGIET"), ("YUAN", "NGIAN"), ("XING", "YING"), ("SANG", "SONG"),
        ("ZHAXI", "TASHI"), ("AIHEMAITI", "AHMAD"), ("TUERXUN", "TURSUN"),
    ],
)  # fmt: skip
def test_dialects_and_peoples_of_china_are_known(one: str, other: str) -> None:
    assert set(sound_of(one).known) & set(sound_of(other).known)
