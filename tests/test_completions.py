from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from issuer import achievements
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.errors import Invalid
from issuer.roster import read_roster
from issuer.service import Service
from issuer.text import TextRefused, clean
from tests.conftest import ACHIEVEMENT, COMPLETION, Clock

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HEADER = "completion_id,name,completed_on,score\n"


def problems(**fields: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read_completion({**COMPLETION, **fields}, NOW)
    return {problem.field: problem.detail for problem in refused.value.problems}


def test_a_completion_is_taken_with_its_fields_in_their_kinds() -> None:
    taken = read_completion({**COMPLETION, "hours": 7.5, "score": 88}, NOW)
    assert taken.completed_on == date(2026, 11, 15)
    assert (taken.hours, taken.score, taken.email) == ("7.5", "88", "ouyang.yuze@learner.example")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "is missing"),
        ("name", None, "is missing"),
        ("name", "   ", "is empty"),
        ("name", "王" * 10_000, "10,000 characters"),
        ("name", "王" * 121, "121 characters"),
        ("name", "王" * 200, "200 characters"),
        ("name", 12345, "must be a text"),
        ("name", 7 * [1], "must be a text"),
        ("name", "王\u202e明", "U+202E"),
        ("name", "王\u200b明", "U+200B"),
        ("name", "王\n明", "U+000A"),
        ("name", "王\x00明", "U+0000"),
        ("name", "王\ue000", "U+E000"),
        ("name", "陈\U000323af", "U+323AF"),
        ("name", "\u2f00\u2f08", "U+2F00"),
        ("name", "a" + "\u0301" * 20, "marks"),
        ("completion_id", "has blanks", "without blanks"),
        ("completion_id", "x" * 201, "1 to 200"),
        ("completion_id", 7, "must be a text"),
        ("achievement", "Data Analysis", "short name"),
        ("email", "nobody", "e-mail"),
        ("completed_on", "20.11.2026", "2026-11-20"),
        ("completed_on", "2026-02-30", "2026-11-20"),
        ("completed_on", "2027-01-01", "future"),
        ("completed_on", "1850-01-01", "1900"),
        ("started_on", "2026-11-16", "after"),
        ("hours", "-1", "number"),
        ("hours", "NaN", "number"),
        ("hours", True, "text"),
        ("hours", "1.55", "decimal"),
        ("hours", 10**400, "number"),
        ("score", "x" * 13, "13 characters"),
        ("scores", "88", "object"),
        ("scores", [88], "object"),
        ("scores", {f"m{n}": 1 for n in range(13)}, "at most 12"),
        ("valid_until", "2026-12-01", "time zone"),
        ("valid_until", "9999-12-31T23:59:59Z", "century"),
        ("learner_phone", "123", "not a field"),
    ],
)
def test_a_bad_field_is_named_with_what_is_wrong(field: str, value: Any, said: str) -> None:
    assert said in problems(**{field: value})[field]


def test_scores_of_modules_are_taken_without_those_that_are_empty_and_in_one_order() -> None:
    taken = read_completion({**COMPLETION, "scores": {"sql": 88, "python": "优秀", "r": "", "c": None}}, NOW)
    again = read_completion({**COMPLETION, "scores": {"python": "优秀", "sql": "88"}}, NOW)
    assert taken.scores == {"sql": "88", "python": "优秀"}
    assert taken.digest == again.digest


def test_a_completion_without_scores_is_the_same_as_before_there_were_any() -> None:
    assert read_completion({**COMPLETION, "scores": {}}, NOW).digest == read_completion(COMPLETION, NOW).digest
    assert b"scores" not in msgspec.json.encode(read_completion(COMPLETION, NOW))


def test_a_bad_score_is_named_by_its_module() -> None:
    with pytest.raises(Invalid) as refused:
        read_completion({**COMPLETION, "scores": {"sql": "x" * 13, "python": "1"}}, NOW)
    (problem,) = refused.value.problems
    assert (problem.field, problem.member, problem.name) == ("scores", "sql", "scores.sql")


def test_every_bad_field_is_named_at_once() -> None:
    assert set(problems(name="", completed_on="soon", extra=1)) == {"name", "completed_on", "extra"}


@pytest.mark.parametrize(
    "name",
    ["王芳", "欧阳雨泽", "阿依古丽·麦麦提", "李㛃", "Łukasz Østergård", "Nguyễn Thị Thảo", "O’Brien-Śmiałek", "Ђорђе"],
)  # fmt: skip
def test_the_names_of_people_are_taken_as_they_are(name: str) -> None:
    assert read_completion({**COMPLETION, "name": name}, NOW).name == name


def test_a_name_is_kept_in_nfc_without_blanks_around_it() -> None:
    assert clean("  Ouyang  e\u0301 ") == "Ouyang é"


def test_joiners_are_taken_where_their_script_needs_them() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    with pytest.raises(TextRefused):
        clean("a\u200cb")


def test_a_roster_with_a_bad_row_names_row_column_and_reason_and_issues_nothing(
    service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(
        HEADER + "1,王芳,2026-11-15,90\n2,,2026-11-15,90\n3,李四,yesterday,90\n1,王芳,2026-11-15,90\n", "utf-8"
    )
    with pytest.raises(Invalid) as refused:
        read_roster(service, "glimmer", file, "data-analysis")
    assert [problem.field for problem in refused.value.problems] == [
        "row 3, column name",
        "row 4, column completed_on",
        "row 5, column completion_id",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no rows"),
        (HEADER.encode(), "has no rows"),
        (b"name,phone\n", "'phone'"),
        (b"name,name\n", "twice"),
        (b"name,scores\n", "scores.MODULE"),
        (b"name,scores.\n", "scores.MODULE"),
        (HEADER.encode() + b'1,"\xe7\x8e\x8b,2026-11-15,90\n', "not CSV"),
        (b'completion_id,"name\n', "not CSV"),
        (HEADER.encode() + b'1,a,2026-11-15,1\n2,"a"b,2026-11-15,1\n', "row 3"),
        (HEADER.encode() + b"1,a\n", "more or fewer cells"),
        (HEADER.encode() + b"1,a,2026-11-15,90,5\n", "more or fewer cells"),
        ("completion_id,name\n1,王芳\n".encode("gb18030"), "CSV UTF-8"),
        (b"\x00\x00\x00", "not a column"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_in_a_sentence(
    service: Service, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(content)
    with pytest.raises(Invalid, match=said):
        read_roster(service, "glimmer", file, "data-analysis")


def test_a_roster_from_a_spreadsheet_is_read(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(b"\xef\xbb\xbf" + (HEADER + '1,"王芳",2026-11-15,\n').replace("\n", "\r\n").encode())
    (completion,) = read_roster(service, "glimmer", file, "data-analysis")
    assert (completion.name, completion.score) == ("王芳", None)


def test_a_roster_has_a_column_for_each_module(service: Service, tmp_path: Path) -> None:
    modules = [{"id": "sql", "name": "SQL"}, {"id": "python", "name": "Python"}]
    achievements.publish(service, "glimmer", {**ACHIEVEMENT, "slug": "courses", "modules": modules})
    file = tmp_path / "roster.csv"
    rows = "completion_id,achievement,name,completed_on,scores.sql,scores.python\n"
    rows += "1,courses,王芳,2026-11-15,90,\n2,data-analysis,李四,2026-11-15,,\n"
    file.write_text(rows, "utf-8")
    assert [each.scores for each in read_roster(service, "glimmer", file)] == [{"sql": "90"}, {}]
    file.write_text(rows + "3,data-analysis,赵六,2026-11-15,,77\n", "utf-8")
    with pytest.raises(Invalid, match=r"row 4, column scores\.python: is not a module of 数据分析微专业; it has none"):
        read_roster(service, "glimmer", file)


def test_a_roster_that_was_issued_is_read_again_when_its_credentials_have_expired(
    service: Service, tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("completion_id,name,completed_on,valid_until\n1,王芳,2026-11-15,2026-12-01T00:00:00Z\n", "utf-8")
    (completion,) = read_roster(service, "glimmer", file, "data-analysis")
    issue(service, "glimmer", completion)
    clock.move(days=30)
    assert [*read_roster(service, "glimmer", file, "data-analysis")] == [completion]
    file.write_text(file.read_text("utf-8").replace("1,王芳", "2,王芳"), "utf-8")
    with pytest.raises(Invalid, match="future"):
        read_roster(service, "glimmer", file, "data-analysis")


def test_a_long_roster_asks_the_database_a_few_times_only(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(HEADER + "".join(f"{number},王芳,2026-11-15,90\n" for number in range(1200)), "utf-8")
    asked: list[str] = []
    event.listen(service.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    cohort = read_roster(service, "glimmer", file, "data-analysis")
    assert [each.completion_id for each in cohort] == [f"{number}" for number in range(1200)]
    assert len([each for each in asked if each.startswith("SELECT")]) == 6  # two for each batch


def test_a_roster_that_is_wrong_throughout_is_not_read_to_its_end(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(HEADER + "".join(f"{number},,2026-11-15,90\n" for number in range(150)), "utf-8")
    with pytest.raises(Invalid) as refused:
        read_roster(service, "glimmer", file, "data-analysis")
    assert len(refused.value.problems) == 101
    assert (refused.value.problems[-1].field, refused.value.problems[-2].field) == (
        "after row 101",
        "row 101, column name",
    )
