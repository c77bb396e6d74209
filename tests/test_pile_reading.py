"""A pile is taken apart into its items: whatever it is packed in, whatever names stand in it, and within limits."""

import io
import os
import resource
import struct
import zipfile
from collections.abc import Callable, Iterable
from itertools import count, repeat
from pathlib import Path
from random import Random

import pytest

from credential import code as codes
from tests.hostile import bomb
from tests.spellings import SPELLINGS
from verifier.piles import allowance, item, reading, zips
from verifier.piles.allowance import Allowance
from verifier.piles.applicants import applicants_in
from verifier.piles.folder import given_at
from verifier.piles.item import UNOPENED, Item, NotOpened
from verifier.piles.names import name_in, same_name
from verifier.piles.reading import Given, applicants_from, items_of
from verifier.piles.slices import Slice
from verifier.piles.tables import cells_of
from verifier.words import LANGUAGES, words_in

MEGABYTE = 1024 * 1024
CODE, OTHER = codes.new("WG"), codes.new("WG")
Put = Callable[[str, bytes], Given]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Puts a file where it can be handed in."""

    numbers = count()

    def put(label: str, data: bytes) -> Given:
        file = tmp_path / str(next(numbers))
        file.write_bytes(data)
        return Given(label, lambda: Slice(file.open("rb")))

    return put


def test_few_tables_of_a_pile_are_read_for_each_can_take_seconds(put: Put) -> None:
    table = f"{CODE}\n".encode()
    found = taken_apart(put(f"{number}.csv", table) for number in range(allowance.MOST_TABLES + 2))
    assert [read(each) for each in found] == [CODE.encode()] * allowance.MOST_TABLES + ["too_many"] * 2


def test_a_pile_that_nobody_waits_for_any_more_is_not_taken_apart_further(put: Put) -> None:
    empty, left = put("empty.zip", packed()), Allowance()
    opened = count(1)

    def opening() -> Slice:
        if next(opened) == 3:
            left.end()
        return empty.open()

    found = items_of(repeat(Given("empty.zip", opening)), left)  # without an end
    assert next(opened) == 4
    assert [read(each) for each in found] == ["out_of_time"]


def test_within_a_zip_and_a_table_too_there_is_a_deadline(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "SECONDS", 0)
    with pytest.raises(NotOpened, match="takes too long"):
        zips.listed(put("x.zip", packed(("a", b"x"))).open(), "x.zip", Allowance())
    table = put("x.csv", CODE.encode())
    with pytest.raises(NotOpened, match="takes too long"):
        reading._listed_in_table(table, table.open(), Allowance(), sheet=False)


def test_an_item_does_not_hold_on_to_what_else_stood_in_its_zip(put: Put) -> None:
    folders = [(f"{number}/", b"") for number in range(2000)]
    (only,) = taken_apart([put("x.zip", packed(*folders, ("a.txt", b"text")))])
    archive = next(each for each in only.read.args if isinstance(each, zipfile.ZipFile))  # type: ignore[attr-defined]
    assert (archive.infolist(), read(only)) == ([], b"text")


def packed(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return written.getvalue()


def taken_apart(given: Iterable[Given]) -> list[Item]:
    return items_of(given, Allowance())


def read(each: Item) -> bytes | str:
    """What an item holds, or the code that says why it cannot be had."""
    try:
        return each.read()
    except NotOpened as error:
        return error.code


def found(*given: Given) -> list[tuple[str, bytes | str]]:
    return [(each.label, read(each)) for each in taken_apart(given)]


def test_a_zip_is_its_files_without_folders_links_and_what_systems_leave(put: Put) -> None:
    link = zipfile.ZipInfo("link.pdf")
    link.external_attr = 0o120777 << 16
    left = ["__MACOSX/张三/._证书.pdf", "张三/.DS_Store", "Thumbs.db", "张三/._x.pdf", "a/desktop.ini"]
    data = packed(
        ("张三/", b""),
        ("张三/证书.pdf", b"one"),
        (link, b"/etc/passwd"),
        *((name, b"x") for name in left),
        ("b", b"two"),
    )
    assert found(put("pile.zip", data)) == [("张三/证书.pdf", b"one"), ("b", b"two")]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("/etc/passwd", "/etc/passwd"),
        ("C:\\users\\x.pdf", "C:/users/x.pdf"),
        ("..\\x.pdf", "../x.pdf"),
        ("a\nb\x1b[2J\u202e.pdf", "a�b�[2J�.pdf"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_in_a_zip_is_a_label_and_nothing_is_ever_written_there(
    put: Put, tmp_path: Path, stored: str, shown: str
) -> None:
    given = put("pile.zip", packed((stored, b"data")))
    before = set(tmp_path.parent.rglob("*"))
    assert found(given) == [(shown, b"data")]
    assert set(tmp_path.parent.rglob("*")) == before


def test_a_name_ends_where_a_null_stands(put: Put) -> None:
    data = packed(("x.pdf0hidden", b"data")).replace(b"x.pdf0hidden", b"x.pdf\0hidden")
    assert found(put("pile.zip", data)) == [("x.pdf", b"data")]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_chinese_name_without_the_flag_for_utf_8_is_read_as_it_was_meant(put: Put, encoding: str) -> None:
    name = "张三_证书.pdf"
    stand_in = "x" * len(name.encode(encoding))
    data = packed((stand_in, b"data")).replace(stand_in.encode(), name.encode(encoding))
    assert found(put("pile.zip", data)) == [(name, b"data")]


def test_names_that_are_no_text_in_any_encoding_are_still_labels(put: Put) -> None:
    data = packed(("xx.pdf", b"data")).replace(b"xx.pdf", b"\xff\xff.pdf")
    assert [each[1] for each in found(put("pile.zip", data))] == [b"data"]


def flagged(data: bytes, flags: int) -> bytes:
    """The zip with its only entry's flags set, where it stands and in the directory (APPNOTE §4.3.7, §4.3.12)."""
    local, central = data.index(b"PK\3\4") + 6, data.index(b"PK\1\2") + 8
    for place in (local, central):
        data = data[:place] + struct.pack("<H", flags) + data[place + 2 :]
    return data


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("encrypted", flagged(packed(("a.pdf", b"secret")), 0x1), "protected"),
        ("a zip within", packed(("a.zip", packed(("b.pdf", b"x")))), "nested"),
        ("an empty zip within", packed(("a.pdf", packed())), "nested"),
        ("a gzip within", packed(("a.pdf", b"\x1f\x8b" + bytes(20))), "nested"),
        ("a bomb", packed(("a.pdf", bytes(64 * MEGABYTE))), "too_large"),
        ("packed as bzip2", packed(("a.pdf", bytes(64 * MEGABYTE)), method=zipfile.ZIP_BZIP2), "packed_otherwise"),
        ("packed as LZMA", packed(("a.pdf", bytes(MEGABYTE)), method=zipfile.ZIP_LZMA), "packed_otherwise"),
        ("a wrong sum", packed(("a.pdf", b"data"), method=zipfile.ZIP_STORED).replace(b"data", b"Data"), "damaged"),
        ("not deflated", packed(("a.pdf", b"data" * 9)).replace(b"KI,IL", b"\xff\xff\xff\xff\xff"), "damaged"),
    ],
)
def test_what_cannot_be_had_is_an_item_that_says_why(put: Put, name: str, data: bytes, code: str) -> None:
    assert [each[1] for each in found(put("pile.zip", data))] == [code]


def test_a_size_that_a_zip_states_is_not_believed(put: Put) -> None:
    data = packed(("a.pdf", bytes(64 * MEGABYTE)))
    at = data.index(b"PK\1\2") + 24  # the unpacked size (APPNOTE §4.3.12)
    for stated in (10, 2**32 - 2):
        lying = data[:at] + struct.pack("<I", stated) + data[at + 4 :]
        assert found(put("pile.zip", lying))[0][1] in {"damaged", "too_large"}


def test_a_bomb_takes_no_more_memory_than_a_file_may_have(put: Put) -> None:
    raw = bomb()[2:-4]  # deflate without its frame (RFC 1950 §2.2): a gigabyte
    assert len(raw) < MEGABYTE * 2
    head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(raw), 2**30, 5, 0) + b"a.pdf" + raw
    central = (
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(raw), 2**30, 5, 0, 0, 0, 0, 0, 0)
        + b"a.pdf"
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(head), 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert found(put("pile.zip", head + central + end)) == [("a.pdf", "too_large")]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024  # kilobytes


@pytest.mark.parametrize("cut", [1, 10, 30, 200])
def test_a_zip_that_breaks_off_is_one_item_that_says_so(put: Put, cut: int) -> None:
    data = packed(*((f"{number}.pdf", os.urandom(100)) for number in range(9)))
    assert found(put("bewerbungen.zip", data[:-cut])) == [("bewerbungen.zip", "damaged")]


def test_of_a_pile_a_thousand_items_are_taken_and_one_says_that_there_are_more(put: Put) -> None:
    data = packed(*((f"{number}.pdf", b"x") for number in range(1234)))
    items = taken_apart([put("pile.zip", data)])
    labels = [each.label for each in items]
    assert labels[:-1] == [f"{number}.pdf" for number in range(1000)]
    assert read(items[-1]) == "too_many"


def test_a_file_that_was_only_stored_may_be_as_large_as_any(put: Put) -> None:
    data = os.urandom(19 * MEGABYTE)
    assert found(put("pile.zip", packed(("a.pdf", data), method=zipfile.ZIP_STORED))) == [("a.pdf", data)]


def test_whatever_happens_to_a_zip_it_is_taken_apart_without_a_fault(put: Put) -> None:
    whole = packed(("a.pdf", b"data" * 50), ("张三/b.pdf", os.urandom(50)))
    change = Random(6)
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(change.randint(1, 4)):
            data[change.randrange(4, len(data))] = change.randrange(256)
        for each in taken_apart([put("pile.zip", bytes(data))]):
            assert isinstance(read(each), bytes | str) and len(each.label) <= item.LONGEST_LABEL


def test_a_zip_of_more_entries_than_are_listed_says_so(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(*((f"{number}.pdf", b"") for number in range(10_001)))
    items = taken_apart([put("pile.zip", data)])
    assert (len(items), read(items[-1])) == (1001, "too_many")
    monkeypatch.setattr(reading, "MOST", 10**6)
    items = taken_apart([put("pile.zip", data)])
    assert (len(items), read(items[-1])) == (10_001, "too_many")


def test_a_directory_of_a_hundred_thousand_entries_is_not_even_read(put: Put) -> None:
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    central = entry * 100_000
    data = central + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), 0, 0)
    assert found(put("pile.zip", b"PK\5\6" + data)) == [("pile.zip", "too_many")]


def test_what_all_items_unpack_to_together_has_a_limit(put: Put) -> None:
    data = packed(("a", bytes(1000)), ("b", bytes(1000)), ("c", bytes(10)))
    little = Allowance(1500)
    items = zips.listed(put("pile.zip", data).open(), "pile.zip", little)
    assert [read(each) for each in items] == [bytes(1000), "too_large_together", "too_large_together"]


def test_a_pile_without_anything_in_it_is_no_success(put: Put, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for given in ([], given_at(tmp_path / "empty"), [put("pile.zip", packed())], [put("codes.csv", b"code\n")]):
        assert [each[1] for each in found(*given)] == ["nothing_inside"]


def test_a_folder_is_its_files_and_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "pile"
    (folder / "张三").mkdir(parents=True)
    (folder / "张三" / "证书.pdf").write_bytes(b"one")
    (folder / "big.pdf").write_bytes(bytes(21 * MEGABYTE))
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "link.pdf").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.pdf")
    (folder / "z.zip").write_bytes(packed(("a.pdf", b"two")))
    assert found(*given_at(folder)) == [("big.pdf", "too_large"), ("a.pdf", b"two"), ("张三/证书.pdf", b"one")]


TABLE = f"姓名,说明,编号\n张三,HR 2026,{CODE}\n李四,x,https://verify.example/v/{OTHER}\n,,\n王五,没有,\n赵六,,WG-7K4M-9QXT-2D8H-C5RG\n"
ROWS = [
    (f"2: {CODE}", CODE.encode(), "张三"),
    (f"3: https://verify.example/v/{OTHER}", f"https://verify.example/v/{OTHER}".encode(), "李四"),
    ("5: 王五 没有", "no_code", None),
    ("6: WG-7K4M-9QXT-2D8H-C5RG", b"WG-7K4M-9QXT-2D8H-C5RG", "赵六"),
]


def spreadsheet(rows: list[list[str]]) -> bytes:
    """The smallest XLSX with these rows (ECMA-376 part 1)."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
    )
    parts = {
        "[Content_Types].xml": f'{types}<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{relations}<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'{relations}<Relationship Id="r1" Type="{office}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
    }
    return packed(*((name, part.encode()) for name, part in parts.items()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_row_by_row_with_names_in_whatever_encoding(put: Put, encoding: str) -> None:
    items = taken_apart([put("codes.csv", TABLE.encode(encoding))])
    assert [(each.label, read(each), each.name) for each in items] == ROWS


def test_a_spreadsheet_is_read_like_a_csv(put: Put) -> None:
    data = spreadsheet([list(row) for row in cells_of(TABLE)])
    items = taken_apart([put("whatever it is called", data)])
    assert [(each.label, read(each), each.name) for each in items] == ROWS


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_what_separates_cells_is_found_out(put: Put, between: str) -> None:
    given = put("codes.csv", f'a{between}b\n"x, y"{between}{CODE}\n'.encode())
    assert found(given) == [(f"2: {CODE}", CODE.encode())]


@pytest.mark.parametrize(
    ("label", "data", "code"),
    [
        ("a.xlsx", spreadsheet([["x"]]).replace(b"PK\1\2", b"PK\1\3"), "damaged"),
        ("a.xlsx", packed(("xl/workbook.xml", b"<workbook")), "damaged"),
        ("a.csv", b"\xff\xfe\0", "damaged"),
        ("a.csv", f"{CODE}\n".encode() * 10_001, "too_many"),
        ("a.xlsx", spreadsheet([[CODE]] * 10_001), "too_many"),
        ("a.csv", bytes(6 * MEGABYTE), "too_many"),
        ("a.csv", b"," * (6 * MEGABYTE), "too_many"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_item_that_says_why(put: Put, label: str, data: bytes, code: str) -> None:
    assert found(put(label, data)) == [(label, code)]


def test_a_spreadsheet_of_a_billion_cells_ends_a_child_and_nothing_else(put: Put) -> None:
    with zipfile.ZipFile(io.BytesIO(spreadsheet([["x"]]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    given = put("a.xlsx", packed(*parts.items()))
    assert found(given)[0][1] in {"too_slow", "damaged", "too_many"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024  # kilobytes


def test_an_applicant_list_is_found_by_file_name_and_by_code(put: Put) -> None:
    code = codes.printed(CODE).lower()
    rows = cells_of(f"文件名,姓名,编号\nIMG_0001.JPG,张三,\n证书/IMG_0002.jpg,李四,\n,王五,{code}\nscan,赵六,\n")
    listed = applicants_in(rows)
    assert listed.name_of("ordner/img_0001.jpg", None) == "张三"
    assert listed.name_of("证书/IMG_0002.jpg", None) == "李四"
    assert listed.name_of("x.pdf", CODE) == "王五"
    assert listed.name_of("scan.pdf", None) == "赵六"
    assert listed.name_of("other.pdf", OTHER) is None


def test_an_applicant_list_of_two_columns_needs_no_heads(put: Put) -> None:
    assert applicants_in(cells_of("a.pdf,Zhang San\nb.pdf,Li Si\n")).name_of("b.pdf", None) == "Li Si"
    assert applicants_from(put("list.xlsx", spreadsheet([["a.pdf", "张三"]]))).name_of("a.pdf", None) == "张三"


@pytest.mark.parametrize("data", [b"", b"a,b,c\n1,2,3\n", b"name\nx\n", b"\xff\xfe\0", b"PK\x05\x06" + bytes(18)])
def test_an_applicant_list_that_is_of_no_use_is_not_passed_over(put: Put, data: bytes) -> None:
    with pytest.raises(NotOpened) as refused:
        applicants_from(put("list.csv", data))
    assert refused.value.code == "no_names"


@pytest.mark.parametrize(("one", "other", "same"), SPELLINGS)
def test_two_spellings_are_one_name_or_not(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same and same_name(other, one) is same


@pytest.mark.parametrize(
    ("label", "signed", "name"),
    [
        ("张三.pdf", ["张三"], "张三"),
        ("张三_证书.pdf", ["李四"], "张三"),
        ("张三的毕业证书.pdf", [], "张三"),
        ("3-張三 成績單 (2).pdf", [], "張三"),
        ("张三/证书.pdf", ["李四"], "张三"),
        ("张三/李四.pdf", ["张三"], "李四"),
        ("pile/张三丰.pdf", ["张三"], "张三丰"),
        ("诸葛明慧.pdf", [], "诸葛明慧"),
        ("cert_ouyang-yuze_2026.pdf", ["欧阳雨泽", "Ouyang Yuze"], "Ouyang Yuze"),
        ("迪丽热巴·迪力木拉提.pdf", ["迪丽热巴·迪力木拉提"], "迪丽热巴·迪力木拉提"),
        ("王羲之.pdf", ["王羲之"], "王羲之"),
        ("alice.pdf", ["Li"], None),
        ("certificate.pdf", ["张三", "Zhang San"], None),
        ("微信图片_20261122.jpg", ["张三"], None),
        ("毕业证.pdf", [], None),
        ("成绩单.pdf", [], None),
        ("WG-7K4M-9QXT-2D8H-C5RF.pdf", ["张三"], None),
        ("证书", [], None),
    ],
)
def test_a_name_in_the_name_of_a_file_is_found_and_none_where_there_is_none(
    label: str, signed: list[str], name: str | None
) -> None:
    assert name_in(label, signed) == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_an_item_was_not_opened_can_be_said(language: str) -> None:
    said = {key.partition(".")[2] for key in words_in(language).texts if key.startswith("unopened.")}
    assert said == set(UNOPENED)


def test_a_slice_never_reads_beyond_its_end_nor_too_much_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    with (tmp_path / "file").open("rb") as file:
        part = Slice(file, 2, 5)
        assert (part.read(3), part.read(), part.read(1)) == (b"234", b"56", b"")
        assert (part.seek(-2, os.SEEK_END), part.read()) == (3, b"56")
        with pytest.raises(OSError, match="at once"):
            Slice(file, 0, 2**40).read()
