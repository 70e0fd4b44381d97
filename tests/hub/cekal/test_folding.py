from __future__ import annotations

import pytest

from hub.cekal.folding import LONGEST, fold, without_father
from hub.cekal.kanji import read_kanji


def parts(text: str) -> list[tuple[str, ...]]:
    return [name.parts for name in fold(text)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Drs. Budi Santoso, M.Si.", ("BUDI", "SANTOSO")),
        ("SALEH, Abdul Rahman", ("SALEH", "ABDULRAHMAN")),
        ("Abd el-Rahman Saleh", ("ABDULRAHMAN", "SALEH")),
        ("Nasr el-Din Hodja", ("NASRDIN", "HODJA")),
        ("Hamid, Md. Abdur Rahim", ("HAMID", "MD", "ABDULRAHIM")),
        ("Budi Santoso, S.H., M.Si", ("BUDI", "SANTOSO")),
        ("AHMED/KAMAL SHAHABUDDINMR", ("AHMED", "KAMAL", "SHAHABUDDIN")),
        ("GÃ¼l Ã\u0096zdemir", ("GUL", "OZDEMIR")),
        ("Ba?bug", ("BABUG",)),
        ("Win Tin, Win Tin", ("WIN", "TIN")),
        ("Faiz as-Siraj", ("FAIZ", "SIRAJ")),
        ("Tahir at Tamimi", ("TAHIR", "TAMIMI")),
        ("Karim As", ("KARIM", "AS")),
        ("VAN DER BERG<<JAN<<<<<<<", ("BERG", "JAN")),
        ("La Ode Rusdi", ("LAODE", "RUSDI")),
        ("Kees v.d. Meulen", ("KEES", "MEULEN")),
        ("V.D. Savarkar", ("V", "D", "SAVARKAR")),
        ("SUHARTO SUHARTO", ("SUHARTO",)),
        ("FNU SUHARTO", ("SUHARTO",)),
        ("SUHARTO XXX", ("SUHARTO",)),
        ("SUHARTOKKKKKKKK", ("SUHARTO",)),
        ("SUHARTOKKXKCK", ("SUHARTO",)),
        ("SOUW<<KIEM<HOKXXXXXXXX<", ("SOUW", "KIEM", "HOK")),
        ("SENXXAJAY", ("SEN", "AJAY")),
        ("KILIC<<AYSE<NURCC", ("KILIC", "AYSE", "NUR")),
        ("YiSeungman", ("YI", "SEUNGMAN")),
        ("IndahFirman Syah", ("INDAH", "FIRMAN", "SYAH")),
        ("McDonald, DeVries", ("MCDONALD", "DEVRIES")),
        ("M0HD 4LI", ("MOHD", "ALI")),
        ("李小龍", ("LI", "XIAO", "LONG")),
        ("Владимир Путин", ("VLADIMIR", "PUTIN")),
        ("محمد علي", ("MUHAMMAD", "ALI")),
        ("عبد الكريم جاسم الدليمي", ("ABDULKARIM", "JASIM", "DULAIMI")),
        ("شمس\u200cالحق احمدزی", ("SHAMS", "HAQ", "AHMADZAI")),
        ("محمدباقر جونیجو", ("MUHAMMAD", "BAQIR", "JUNIJU")),
        ("زیاد نویدان", ("ZIYAD", "NAWIDAN")),
        ("Girma W/Giorgis", ("GIRMA", "WOLDEGIORGIS")),
        ("NO SURNAME, BUDI", ("BUDI",)),
        ("Du Jincai", ("DU", "JINCAI")),
        ("A. Rahman a/l Subra", ("A", "RAHMAN", "SUBRA")),
        ("Kim An", ("KIM", "AN")),
        ("\u202eMOHD\u202c\u200b ALI", ("MOHD", "ALI")),
    ],
)
def test_a_name_is_read_as_its_parts(written: str, read: tuple[str, ...]) -> None:
    assert parts(written) == [read]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("नरेन्द्र सिंह", ("NARENDRA", "SINGH")),
        ("फ़ारूक़ हुसैन", ("FARUQ", "HUSAIN")),
        ("সুভাষ চন্দ্র মুখোপাধ্যায়", ("SUBHASH", "CHANDRA", "MUKHOPADHYAY")),
        ("মমতা বেগম", ("MAMTA", "BEGAM")),
        ("ਹਰਜਿੰਦਰ ਕੌਰ", ("HARJINDAR", "KAUR")),
        ("દિનેશભાઈ પટેલ", ("DINESHBHAI", "PATEL")),
        ("வேலுப்பிள்ளை செல்வராசா", ("VELUPPILLAI", "SELVARASA")),
        ("சுந்தரம் மஞ்சுளா", ("SUNTHARAM", "MANJULA")),
        ("ഉണ്ണികൃഷ്ണൻ നായർ", ("UNNIKRISHNAN", "NAYAR")),
        ("వెంకటేశ్వర రెడ్డి", ("VENKATESHVARA", "REDDI")),
        ("ಮಂಜುನಾಥ ಗೌಡ", ("MANJUNATHA", "GAUDA")),
        ("මහින්ද රාජපක්ෂ", ("MAHINDA", "RAJAPAKSHA")),
        ("สมชาย ศรีสวัสดิ์", ("SOMCHAI", "SISAWAT")),
        ("ศิริพร จันทร์โอชา", ("SIRIPHON", "CHANOCHA")),
        ("พงศกร เข็มทอง", ("PHONGSAKON", "KHEMTHONG")),
        ("เกียรติศักดิ์ สุขใจ", ("KIATTISAK", "SUKCHAI")),
        ("สำราญ คำแก้ว", ("SAMRAN", "KHAMKAEW")),
        ("ຄຳພູຍ ໄຊຍະວົງ", ("KHAMPHUI", "SAIYAWONG")),
        ("ວຽງໄຊ ສີສຸລິດ", ("WIANGSAI", "SISULIT")),
        ("ကျော်ဇော်ဦး", ("KYAW", "ZAW", "OO")),
        ("မင်းအောင်လှိုင်", ("MIN", "AUNG", "HLAING")),
        ("သိန်းစိန်", ("THEIN", "SEIN")),
    ],
)
def test_a_vowel_that_a_script_leaves_out_is_read(written: str, read: tuple[str, ...]) -> None:
    assert parts(written) == [read]


def test_a_burmese_name_is_read_with_and_without_its_address() -> None:
    assert parts("Ko Kyaw Zaw Oo") == [("KO", "KYAW", "ZAW", "OO"), ("KYAW", "ZAW", "OO")]
    assert parts("Maung Maung Thein") == [("MAUNG", "THEIN")]


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("Nurhayati binti Saleh", ("NURHAYATI",)), ("GANESAN A/L KRISHNAN", ("GANESAN",)),
        ("Mohd Hafiz b. Abd Razak", ("MOHD", "HAFIZ")), ("Binti Saleh", None),
        ("Rubin Saleh", None),
    ],
)  # fmt: skip
def test_the_father_whom_a_name_names_may_be_left_out(
    written: str, named: tuple[str, ...] | None
) -> None:
    assert [name.parts for name in without_father(written)] == ([named] if named else [])


def test_an_alias_is_a_name_of_its_own() -> None:
    assert parts("Encep Nurjaman alias Hambali") == [("ENCEP", "NURJAMAN"), ("HAMBALI",)]
    assert parts("Lim @ Liem Sioe") == [("LIM",), ("LIEM", "SIOE")]


@pytest.mark.parametrize(
    "illegible", ["", "   ", "0000", "...", "-", "XXX", "FNU", "<<<<", "\x00\x07"]
)
def test_what_holds_no_name_gives_nothing(illegible: str) -> None:
    assert fold(illegible) == ()


def test_a_name_at_the_width_of_a_passport_may_be_cut() -> None:
    whole = "RAJAGOPALACHARI<<VENKATASUBRAMANIAN<KRI"

    assert len(whole) == 39
    assert fold(whole)[0].cut
    assert not fold("ALI<<HASAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<")[0].cut


def test_a_name_of_a_thousand_letters_is_read_as_far_as_the_limit() -> None:
    read = fold("Ä" * 1000)

    assert len("".join(read[0].parts)) <= LONGEST


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Eng Hock Neo", ("ENG", "HOCK", "NEO")),
        ("LI NA", ("LI", "NA")),
        ("Kim Il Sung", ("KIM", "IL", "SUNG")),
        ("SON, HEUNG-MIN", ("SON", "HEUNG", "MIN")),
        ("Lê Đức Thọ", ("LE", "DUC", "THO")),
        ("FNU LI NA", ("LI", "NA")),
        ("WEE Kim Wee", ("WEE", "KIM", "WEE")),
        ("LEE LEE", ("LEE",)),
        ("Ir. Teng Ching-Lung, S.E.", ("TENG", "CHING", "LUNG")),
        ("Tan Boon Eng Simon", ("TAN", "BOON", "ENG", "SIMON")),
        ("Ir. Ahmad bin Ali", ("AHMAD", "ALI")),
        ("Jan van den Berg", ("JAN", "BERG")),
    ],
)
def test_a_name_of_eastern_syllables_has_no_particles(written: str, parts: tuple[str, ...]) -> None:
    assert fold(written)[0].parts == parts


@pytest.mark.parametrize(
    "written", ["Ziaur Rahman", "ZIA UR RAHMAN", "ZIAURRAHMAN", "Zia-ur-Rahman"]
)
def test_a_compound_is_taken_apart_however_it_is_written(written: str) -> None:
    assert fold(written)[0].parts == ("ZIA", "RAHMAN")


def test_a_title_that_is_also_a_name_is_read_with_and_without() -> None:
    assert [name.parts for name in fold("Inamul Haq Mollah")] == [
        ("INAM", "HAQ"),
        ("INAM", "HAQ", "MOLLAH"),
    ]
    assert [name.parts for name in fold("H. Moch. Sjafi'i bin Achmad, S.H.")] == [
        ("MOCH", "SJAFII", "ACHMAD"),
        ("H", "MOCH", "SJAFII", "ACHMAD"),
    ]
    assert parts("H. Sng Bin-Siok, S.H.") == [("SNG", "BIN", "SIOK")]


def test_initials_written_together_are_also_read_apart() -> None:
    assert ("G", "M", "KHAR") in parts("GM Khar")
    assert parts("Md Khar") == [("MD", "KHAR")]


def test_an_initial_beside_syllables_is_also_an_initial() -> None:
    assert ("O", "USYK") in parts("O. Usyk")


def test_a_surname_before_a_stroke_is_a_part_of_the_name_as_well() -> None:
    assert ("GYI", "AYE", "AYE") not in parts("A/L GYI AYE")
    assert ("SANTOSO", "BUDI") in parts("SANTOSO/BUDI")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("山口千代子", ("YAMAGUCHI CHIYOKO",)),
        ("渡辺 健", ("WATANABE KEN", "WATANABE TAKESHI")),
        ("伊藤裕子", ("ITO YUKO", "ITO HIROKO")),
        ("小泉龍之介", ("KOIZUMI RYUNOSUKE",)),
        ("高橋しょうへい", ("TAKAHASHI SHOHEI",)),
        ("林志玲", ()),
        ("欧阳修", ()),
        ("YAMAGUCHI", ()),
    ],
)
def test_kanji_are_read_as_japanese_after_a_japanese_surname(
    written: str, read: tuple[str, ...]
) -> None:
    assert read_kanji(written) == read


def test_a_name_in_kanji_is_read_as_japanese_and_as_chinese() -> None:
    assert parts("山下秀夫")[0] == ("YAMASHITA", "HIDEO")
    assert parts("山下秀夫")[-1] == ("SHAN", "XIA", "XIU", "FU")
