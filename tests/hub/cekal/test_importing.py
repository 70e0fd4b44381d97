from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from list_files import NOW, lines, person, take
from openpyxl import Workbook

from hub.cekal import reading
from hub.cekal.birthdates import ZEROS
from hub.cekal.importing import ImportOrder, import_list
from hub.cekal.listing import StoredList
from hub.cekal.reading import mapping_of
from hub.errors import BadInput, Conflict


def test_a_list_of_json_lines_is_taken_whole(store: StoredList, tmp_path: Path) -> None:
    file = lines(
        tmp_path, person(1, kind="cegah", decree="SK-1"), person(2, passports=["X1"], dob=None)
    )

    done = take(store, file)

    assert (done.taken, done.bad, done.stored) == (2, 0, True)
    assert [entry.id for entry in store.entries(NOW)] == ["E1", "E2"]
    assert next(store.entries(NOW)).decree == "SK-1"


BAD_ROWS = [
    ({"id": "B", "names": []}, "names"),
    ({"id": "B", "names": ["   "]}, "names"),
    ({"id": "B", "names": ["12345"]}, "names"),
    ({"id": "B", "names": ["A" * 301]}, "names"),
    ({"id": "", "names": ["Budi Contoh"]}, "id"),
    (person(1), "id"),
    (person(9, dob="1975-02-31"), "dob"),
    (person(9, dob="0000-00-00"), "dob"),
    (person(9, dob="00/00/0000"), "dob"),
    (person(9, valid_to="00-00-0000"), "valid_to"),
    (person(9, valid_to="2026-02-31"), "valid_to"),
    (person(9, dob="04-03-75"), "dob"),
    (person(9, names=["Budi\x07Contoh"]), "names"),
    (person(9, names=['=HYPERLINK("x")']), "names"),
    (person(9, names=["Bud\ufffd Contoh"]), "names"),
    (person(9, names=["#REF!"]), "names"),
    (person(9, sex="laki"), "sex"),
    (person(9, kind="larangan"), "kind"),
    (person(9, valid_from="2026-05-01", valid_to="2026-01-01"), "valid_to"),
    ({"id": "B" * 81, "names": ["Budi"]}, "id"),
    ({"id": "B", "names": ["Budi"] * 201}, "names"),
    (person(9, passports=["X" * 301]), "passports"),
    (person(9, decree="K" * 1001), "decree"),
    ({"id": "B", "names": [{"family": "Budi"}]}, ""),
    ({"id": "B", "names": True}, ""),
    ('{"id": "B", "names": ["Bu\n', ""),
]


@pytest.mark.parametrize(("row", "field"), BAD_ROWS)
def test_a_bad_row_is_named_and_nothing_is_taken(
    store: StoredList, tmp_path: Path, row: object, field: str
) -> None:
    done = take(store, lines(tmp_path, person(1), row))

    assert not done.stored
    assert store.manifest().versions == []
    assert (done.bad_rows[0].line, done.bad_rows[0].field) == (2, field)
    assert done.bad_rows[0].reason


@pytest.mark.parametrize("zeros", ["0000-00-00", "00/00/0000", "0000", "0000/00/00"])
def test_a_date_of_zeros_is_one_fault_however_it_is_written(
    store: StoredList, tmp_path: Path, zeros: str
) -> None:
    done = take(store, lines(tmp_path, person(1, dob=zeros)))

    assert [bad.reason for bad in done.bad_rows] == [ZEROS]


def test_a_ban_may_end_far_ahead(store: StoredList, tmp_path: Path) -> None:
    take(store, lines(tmp_path, person(1, valid_to="31/12/2099"), person(2, valid_to="9999-12-31")))

    assert [entry.valid_to for entry in store.entries(NOW)] == ["2099-12-31", "9999-12-31"]


def test_the_good_rows_are_taken_if_one_asks_for_it(store: StoredList, tmp_path: Path) -> None:
    done = take(store, lines(tmp_path, person(1), person(2, dob="soon"), person(3)), good_only=True)

    assert (done.taken, done.bad, done.stored) == (2, 1, True)
    assert [entry.id for entry in store.entries(NOW)] == ["E1", "E3"]


def test_entries_that_end_are_counted(store: StoredList, tmp_path: Path) -> None:
    ends = ("2026-11-23", "2026-12-10", "2027-06-01", None)

    file = lines(tmp_path, *(person(n, valid_to=end) for n, end in enumerate(ends)))

    done = take(store, file)

    assert (done.expired, done.expiring) == (1, 1)
    later = take(store, file, dry_run=True, warn_days=189)
    assert (later.expired, later.expiring) == (1, 2), "the last day counts too"


def test_an_entry_ends_with_the_day_at_the_office(store: StoredList, tmp_path: Path) -> None:
    """Until seven in the morning it is still yesterday in UTC."""
    file = lines(tmp_path, person(1, valid_to="2026-11-24"))

    done = take(store, file, today=date(2026, 11, 25))

    assert (done.expired, done.expiring) == (1, 0)


def test_a_dry_run_stores_nothing(store: StoredList, tmp_path: Path) -> None:
    done = take(store, lines(tmp_path, person(1)), dry_run=True)

    assert (done.taken, done.stored) == (1, False)
    assert store.manifest().versions == []


def test_a_csv_is_read_by_the_usual_names_of_its_columns(store: StoredList, tmp_path: Path) -> None:
    file = tmp_path / "daftar.csv"
    file.write_text(
        "No;Nama Lengkap;Alias;Tgl Lahir;Jenis Kelamin;Kewarganegaraan;No Paspor\n"
        '1;"Contoh; Budi";Si Contoh;04/03/1975;L;IDN;X1|X2\n',
        encoding="utf-8-sig",
    )

    take(store, file)

    entry = next(store.entries(NOW))
    assert entry.names == ["Contoh", "Budi", "Si Contoh"]
    assert (entry.dob, entry.sex, entry.passports) == ("1975-03-04", "M", ["X1", "X2"])


def test_columns_are_named_by_a_mapping(store: StoredList, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("KODE,ORANG,LAHIR\nK1,Budi Contoh,1975\n")

    take(store, file, mapping=mapping_of(["id=KODE", "names=ORANG", "dob=LAHIR"]))

    assert next(store.entries(NOW)).names == ["Budi Contoh"]
    with pytest.raises(BadInput, match="column_missing"):
        take(store, file, mapping=mapping_of(["names=NAMA"]))


def test_a_row_with_too_few_columns_is_bad(store: StoredList, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("id,nama,dob\n1,Budi Contoh,1975\n2,Sari\n")

    done = take(store, file)

    assert [bad.line for bad in done.bad_rows] == [3]
    assert not done.stored


def test_another_encoding_is_named_with_its_line(store: StoredList, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"id,nama\n1,Budi\n2,J\xfcrgen\n")

    with pytest.raises(BadInput, match="line 3"):
        take(store, file)


def test_a_json_line_in_another_encoding_is_a_bad_row(store: StoredList, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b'{"id":"1","names":["Budi"]}\n{"id":"2","names":["Jos\xe9"]}\n{"id":"3","na')

    done = take(store, file)

    assert [(bad.line, "UTF-8" in bad.reason) for bad in done.bad_rows] == [(2, True), (3, False)]
    assert not done.stored


def test_an_excel_sheet_is_read_with_its_dates(store: StoredList, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "nama", "tgl lahir"])
    sheet.append([7, "Budi Contoh", date(1975, 3, 4)])
    sheet.append([8, "=A1+1", None])
    book.save(tmp_path / "x.xlsx")

    done = take(store, tmp_path / "x.xlsx", good_only=True)

    assert [(entry.id, entry.dob) for entry in store.entries(NOW)] == [("7", "1975-03-04")]
    assert done.bad_rows[0].line == 3


def test_a_workbook_is_read_whatever_its_file_is_called(store: StoredList, tmp_path: Path) -> None:
    """What an officer chose in the browser lies in memory, without a name that ends in .xlsx."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["id", "nama"])
    book.active.append([7, "Budi Contoh"])
    book.active.append([8, "#N/A"])
    book.save(tmp_path / "x.xlsx")
    file = (tmp_path / "x.xlsx").rename(tmp_path / "17")

    order = ImportOrder(file, "xlsx", "V1", "full", NOW, good_only=True, name="daftar.xlsx")
    done = import_list(store, order, NOW, lambda _: None)

    assert (done.taken, done.stored) == (1, True)
    assert [(bad.line, bad.field) for bad in done.bad_rows] == [(3, "names")]


@pytest.mark.parametrize(
    ("part", "cut"),
    [
        ("xl/workbook.xml", True),
        ("xl/styles.xml", True),
        ("xl/worksheets/sheet1.xml", True),
        ("xl/worksheets/sheet1.xml", False),
    ],
)
def test_a_workbook_with_a_damaged_part_is_refused(
    store: StoredList, tmp_path: Path, part: str, cut: bool
) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["id", "nama"], [1, "Budi Contoh"], [2, "Siti Contoh"]):
        book.active.append(row)
    book.save(tmp_path / "whole.xlsx")
    with ZipFile(tmp_path / "whole.xlsx") as whole, ZipFile(tmp_path / "x.xlsx", "w") as damaged:
        for one in whole.namelist():
            held = whole.read(one)
            if one != part or cut:
                damaged.writestr(one, held[: len(held) // 2] if one == part else held)

    with pytest.raises(BadInput, match="sheet_unreadable"):
        take(store, tmp_path / "x.xlsx")

    assert store.manifest().versions == []


def test_a_table_without_numbers_of_its_entries_is_refused_at_once(
    store: StoredList, tmp_path: Path
) -> None:
    file = lines(tmp_path, "berkas,nama\nE1,Budi Contoh\n", name="x.csv")

    with pytest.raises(BadInput) as refused:
        take(store, file)

    assert "id=COLUMN" in refused.value.en
    assert "berkas" in refused.value.id


def test_two_columns_of_one_name_are_both_read_or_the_file_is_refused(
    store: StoredList, tmp_path: Path
) -> None:
    aliases = lines(tmp_path, "id,nama,alias,alias\nE1,Budi,Budy,Boedi\n", name="x.csv")
    numbers = lines(tmp_path, "id,id,nama\nE1,E2,Budi\n", name="y.csv")

    take(store, aliases)
    with pytest.raises(BadInput, match="column_twice"):
        take(store, numbers)

    assert [entry.names for entry in store.entries(NOW)] == [["Budi", "Budy", "Boedi"]]


def test_a_quotation_mark_that_is_never_closed_is_a_cut(store: StoredList, tmp_path: Path) -> None:
    """It swallows every row after it: the good rows before it are half a list."""
    file = lines(tmp_path, 'id,nama\nE1,Budi\nE2,"Siti\nE3,Joko\n', name="x.csv")

    done = take(store, file, good_only=True)

    assert (done.cut, done.stored, done.taken) == (True, False, 1)
    assert [bad.line for bad in done.bad_rows] == [3]
    assert "tanda kutip" in done.bad_rows[0].reason


def test_a_line_far_too_long_is_one_bad_row(store: StoredList, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES_A_LINE", 100)
    file = lines(tmp_path, person(1, decree="K" * 350), person(2))

    done = take(store, file, good_only=True)

    assert [bad.line for bad in done.bad_rows] == [1]
    assert [entry.id for entry in store.entries(NOW)] == ["E2"]


def test_a_file_without_entries_says_so(store: StoredList, tmp_path: Path) -> None:
    for file in (lines(tmp_path), lines(tmp_path, "id,nama\n", name="x.csv")):
        with pytest.raises(BadInput, match="list_empty"):
            take(store, file)


def test_what_no_version_holds_cannot_be_withdrawn(store: StoredList, tmp_path: Path) -> None:
    take(store, lines(tmp_path, person(1)))
    update = lines(tmp_path, person(2), name="update.jsonl")

    with pytest.raises(BadInput) as refused:
        take(store, update, kind="update", withdrawn=("E1", "E77"))

    assert "E77" in refused.value.id
    assert len(store.manifest().versions) == 1


def test_a_broken_sheet_is_refused(store: StoredList, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK\x03\x04 no sheet")

    with pytest.raises(BadInput, match="sheet_unreadable"):
        take(store, file)


def test_a_workbook_that_unpacks_to_a_huge_one_is_refused(store, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1000)
    Workbook().save(tmp_path / "x.xlsx")

    with pytest.raises(BadInput, match="sheet_too_large"):
        take(store, tmp_path / "x.xlsx")

    assert store.manifest().versions == []


def test_a_million_rows_cut_in_the_middle_leave_nothing_behind(
    store: StoredList, tmp_path: Path
) -> None:
    whole = "".join(json.dumps(person(n)) + "\n" for n in range(5000))
    file = lines(tmp_path, whole[:-40])

    done = take(store, file)

    assert (done.stored, done.bad, done.bad_rows[0].line) == (False, 1, 5000)
    assert done.cut
    assert not take(store, file, good_only=True).stored, "half a list withdraws the other half"
    assert store.manifest().versions == []


def test_a_table_cut_inside_a_quoted_cell_leaves_nothing_behind(
    store: StoredList, tmp_path: Path
) -> None:
    rows = "".join(f'{n},"Budi, Contoh {"ABCDEFGHIJ"[n % 10]}",1975-03-04\n' for n in range(4000))
    file = tmp_path / "x.csv"
    file.write_text("id,nama,tgl lahir\n" + rows[:-20])

    done = take(store, file)

    assert (done.stored, done.bad, done.cut) == (False, 1, True)
    assert done.bad_rows[0].line == 4001
    assert store.manifest().versions == []


@pytest.mark.parametrize("cell", ["=TODAY()", "@SUM(A1)", "+1975", "-A1"])
def test_a_formula_in_a_cell_is_named_and_never_a_value(
    store: StoredList, tmp_path: Path, cell: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"id,nama,tgl lahir,sk\n1,Budi,,{cell}\n2,Siti,{cell},\n")

    done = take(store, file)

    assert [(bad.line, bad.field) for bad in done.bad_rows] == [(2, "decree"), (3, "dob")]
    assert all("rumus" in bad.reason for bad in done.bad_rows)


def test_mixed_scripts_and_marks_of_direction_are_names(store: StoredList, tmp_path: Path) -> None:
    names = ["\u202bمحمد علي\u202c", "Иван Petrov", "BUD1 S4NTOSO"]

    done = take(store, lines(tmp_path, person(1, names=names)))

    assert done.stored
    [entry] = store.entries(NOW)
    assert entry.names == ["محمد علي", "Иван Petrov", "BUD1 S4NTOSO"]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8-sig", b""), ("utf-16", b""), ("utf-16-be", b"\xfe\xff")]
)
def test_what_a_spreadsheet_saves_as_unicode_is_read(
    store: StoredList, tmp_path: Path, encoding: str, mark: bytes
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(mark + "id;nama\n1;Jürgen Contoh\n".encode(encoding))

    done = take(store, file)

    assert done.stored
    assert [entry.names for entry in store.entries(NOW)] == [["Jürgen Contoh"]]


def test_a_file_of_another_encoding_without_a_mark_is_refused(
    store: StoredList, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes("id;nama\n1;Jürgen Contoh\n".encode("utf-16-le"))

    with pytest.raises(BadInput):
        take(store, file)

    assert store.manifest().versions == []


def test_an_update_replaces_adds_and_withdraws(store: StoredList, tmp_path: Path) -> None:
    take(store, lines(tmp_path, person(1), person(2), person(3)))
    changed = lines(tmp_path, person(2, names=["Nama Baru"]), person(4), name="update.jsonl")

    take(store, changed, kind="update", withdrawn=("E3",))

    names = {entry.id: entry.names[0] for entry in store.entries(NOW)}
    assert names == {"E1": "Nama Contoh 1", "E2": "Nama Baru", "E4": "Nama Contoh 4"}


def test_a_version_takes_effect_at_its_time(store: StoredList, tmp_path: Path) -> None:
    take(store, lines(tmp_path, person(1)))
    later = NOW + timedelta(days=1)

    take(store, lines(tmp_path, person(2), name="next.jsonl"), effective=later)

    assert [entry.id for entry in store.entries(NOW)] == ["E1"]
    assert [entry.id for entry in store.entries(later)] == ["E2"]


def test_a_version_is_loaded_once(store: StoredList, tmp_path: Path) -> None:
    file = lines(tmp_path, person(1))
    take(store, file)

    with pytest.raises(Conflict, match="list_known"):
        take(store, file)
