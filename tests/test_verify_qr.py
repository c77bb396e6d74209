"""What a QR code holds, given to the verifier: the whole token, which needs the issuer's dictionary and nobody's host."""

import asyncio
from collections.abc import Callable

import pytest

from credential import code as codes
from credential import qr
from demo import forgeries
from issuer.completions import read_completion
from issuer.credentials.certificate import qr_address
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import COMPLETION, Ask, Clock, FetcherInProcess, word
from verifier.errors import NotPublished, Unreachable
from verifier.published import dictionaries
from verifier.published.dictionaries import Dictionaries
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict

SERVICE = "http://127.0.0.1:8000"


@pytest.fixture
def text(service: Service, credential: Credential) -> str:
    """What the QR code of the credential holds."""
    return qr_address(service, credential)


def fault(verdict: Verdict) -> tuple[str, str | None]:
    return word(verdict), verdict.steps[0].code


def test_the_text_of_a_qr_code_is_the_credential_at_whatever_host_and_however_it_was_copied(
    ask_anywhere: Ask, text: str
) -> None:
    bare = text.removeprefix("http://127.0.0.1:8001")
    page, _, digits = bare.partition("#")
    for given in (
        text,
        f"https://verify.example{bare}",
        f"verify.example{bare}",
        f"https://clone.example/some/where{bare}",
        f"https://verify.example{page}/check#{digits}",
        f"https://verify.example{page}?lang=en#{digits}",
        f"https://verify.example{page.lower()}#{digits}".replace("/V/", "/v/"),
        f"eyes.example{bare}",  # begins as a token does
        f"  {text[:100]}\r\n {text[100:400]}\n{text[400:]}\n",
    ):
        verdict = ask_anywhere(given)
        assert word(verdict) == "valid: ok", given[:80]
        assert verdict.credential and verdict.credential.names == ("欧阳雨泽", "Ouyang Yuze")


def test_no_request_names_the_credential_and_the_host_of_the_qr_code_is_not_asked(
    ask_anywhere: Ask, text: str, credential: Credential, fetcher: FetcherInProcess
) -> None:
    assert word(ask_anywhere(text.replace("127.0.0.1:8001", "verify.example"))) == "valid: ok"
    assert fetcher.asked == [
        f"{SERVICE}/dictionaries/{qr.dictionary_named(text.partition('#')[2])}",
        f"{SERVICE}/orgs/glimmer/jwks.json",
        f"{SERVICE}/orgs/glimmer/achievements/data-analysis/1",
        f"{SERVICE}/orgs/glimmer/status/{credential.list_id}",
    ]


def test_a_qr_code_of_a_withdrawn_credential_says_so(
    ask: Ask, text: str, service: Service, credential: Credential
) -> None:
    revoke(service, "glimmer", credential.code, "成绩核实有误")
    assert word(ask(text)) == "invalid: revoked"


def test_a_qr_code_that_holds_the_credential_of_another_is_found_out(ask: Ask, text: str, service: Service) -> None:
    other = issue(service, "glimmer", read_completion({**COMPLETION, "completion_id": "2"}, service.now())).credential
    swapped = forgeries.swapped_qr(qr_address(service, other), text)
    assert fault(ask(swapped)) == ("invalid: malformed_token", "code_of_another")


def test_a_qr_code_of_an_unknown_service_or_with_a_mistyped_code_asks_nobody(
    ask: Ask, text: str, credential: Credential, fetcher: FetcherInProcess
) -> None:
    mistyped = credential.code[:-1] + ("Z" if credential.code[-1] != "Z" else "Y")
    assert word(ask(text.replace(credential.code, codes.new("XX")))) == "unchecked: unknown_issuer"
    assert word(ask(text.replace(credential.code, mistyped))) == "unchecked: mistyped_code"
    assert fetcher.asked == []


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (lambda digits: digits[:-1], "qr_cut_off"),
        (lambda digits: f"0{digits}", "qr_not_digits"),
        (lambda digits: f"{digits}#1", "qr_not_digits"),
        (lambda digits: f"x{digits}", "qr_not_digits"),
        (lambda digits: "٣" * 100, "qr_not_digits"),
        (lambda digits: digits * 20, "qr_too_long"),
        (lambda digits: "1", "qr_cut_off"),
        (lambda digits: str(int(digits) * 256), "qr_not_deflate"),
    ],
)  # fmt: skip
def test_a_broken_fragment_is_invalid_and_says_how(
    ask: Ask, text: str, broken: Callable[[str], str], expected: str
) -> None:
    address, _, digits = text.partition("#")
    assert fault(ask(f"{address}#{broken(digits)}")) == ("invalid: malformed_token", expected)


def test_a_changed_digit_is_never_valid_but_where_it_changes_nothing(ask: Ask, text: str) -> None:
    start = text.index("#") + 1
    words = set()
    for place in range(start, len(text) - 3, 7):  # the last digits reach into the spare bits of the last byte
        changed = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
        words.add(word(ask(changed)))
    assert "valid: ok" not in words
    assert words <= {"invalid: malformed_token", "invalid: bad_signature", "unchecked: dictionary_unavailable",
                     "unchecked: unsupported_format"}  # fmt: skip


def test_another_version_of_the_format_is_not_called_a_fake(ask: Ask, text: str) -> None:
    address, _, digits = text.partition("#")
    number = int(digits)
    other = number + (1 << number.bit_length() - 9)
    assert fault(ask(f"{address}#{other}")) == ("unchecked: unsupported_format", "qr_version")


def test_an_address_with_an_anchor_or_without_a_fragment_is_looked_up_by_its_code(
    ask: Ask, text: str, credential: Credential, fetcher: FetcherInProcess
) -> None:
    address = text.partition("#")[0]
    for given in (address, f"{address}#", f"{address}#main", f"{SERVICE}/credentials/{credential.code}#page"):
        fetcher.asked.clear()
        assert word(ask(given)) == "valid: ok"
        assert fetcher.asked[0] == f"{SERVICE}/credentials/{credential.code}.jwt"


def test_without_the_dictionary_it_is_unchecked_and_one_that_is_kept_is_enough(
    ask: Ask, text: str, fetcher: FetcherInProcess
) -> None:
    fetcher.down = True
    assert fault(ask(text)) == ("unchecked: dictionary_unavailable", "dictionary_unreachable")
    fetcher.down = False
    assert word(ask(text)) == "valid: ok"
    fetcher.down = True
    assert word(ask(text)) == "valid: ok"  # keys and status are fresh, too


class AnsweringFetcher(Fetcher):
    """Knows the dictionaries that it is given, and counts."""

    def __init__(self, *known: bytes) -> None:
        self.known = {f"{SERVICE}/dictionaries/{qr.dictionary_id(each)}": each for each in known}
        self.asked: list[str] = []

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        self.asked.append(url)
        await asyncio.sleep(0)
        if url not in self.known:
            raise NotPublished(f"{url} is not there.")
        return self.known[url]


def faults_of(kept: Dictionaries, ids: list[str]) -> list[str | None]:
    async def one(id_: str) -> str | None:
        try:
            assert qr.dictionary_id(await kept.get(SERVICE, id_)) == id_
        except Unreachable as error:
            return error.fault
        return None

    async def all_at_once() -> list[str | None]:
        return list(await asyncio.gather(*map(one, ids)))

    return asyncio.run(all_at_once())


def test_ten_thousand_names_that_nobody_knows_cost_five_questions_a_minute_and_what_is_known_goes_on(
    clock: Clock,
) -> None:
    fetcher = AnsweringFetcher(b"known", b"new")
    kept = Dictionaries(fetcher, clock)
    assert faults_of(kept, [qr.dictionary_id(b"known")] * 100) == [None] * 100
    assert len(fetcher.asked) == 1
    random = [f"{number:016x}" for number in range(10_000)]
    faults = faults_of(kept, random)
    assert (faults.count("dictionary_unreachable"), faults.count("dictionary_not_asked")) == (5, 9_995)
    assert len(fetcher.asked) == 6
    assert faults_of(kept, [qr.dictionary_id(b"known"), qr.dictionary_id(b"new")]) == [None, "dictionary_not_asked"]
    clock.move(minutes=1)
    assert faults_of(kept, [qr.dictionary_id(b"new")]) == [None]


def test_many_dictionaries_that_exist_are_all_fetched_at_once_and_the_memory_of_them_is_bounded(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionaries, "MOST_KEPT", 50)
    many = [b"%d" % number for number in range(60)]
    fetcher = AnsweringFetcher(*many)
    kept = Dictionaries(fetcher, clock)
    ids = [qr.dictionary_id(each) for each in many]
    assert faults_of(kept, ids) == [None] * 60
    assert faults_of(kept, ids[10:]) == [None] * 50
    assert len(fetcher.asked) == 60
    assert faults_of(kept, ids[:1]) == [None]
    assert len(fetcher.asked) == 61


@pytest.mark.parametrize("answer", [b"", b"<html>", b"x" * 40_000])
def test_an_answer_that_is_not_the_dictionary_is_not_used(clock: Clock, answer: bytes) -> None:
    fetcher = AnsweringFetcher()
    fetcher.known[f"{SERVICE}/dictionaries/{'0' * 16}"] = answer
    assert faults_of(Dictionaries(fetcher, clock), ["0" * 16]) == ["dictionary_malformed"]
    long = b"x" * 40_000  # right by its hash, and still more than is read
    fetcher = AnsweringFetcher(long)
    assert faults_of(Dictionaries(fetcher, clock), [qr.dictionary_id(long)]) == ["dictionary_malformed"]


def test_a_flood_through_the_front_door_leaves_the_genuine_ones_valid(
    ask: Ask, text: str, fetcher: FetcherInProcess
) -> None:
    address, _, digits = text.partition("#")
    number = int(digits)
    flood = [f"{address}#{number ^ (nonce << number.bit_length() - 64)}" for nonce in range(1, 200)]
    assert word(ask(text)) == "valid: ok"
    fetcher.asked.clear()
    assert {word(ask(each)) for each in flood} == {"unchecked: dictionary_unavailable"}
    assert len(fetcher.asked) == 5
    assert word(ask(text)) == "valid: ok"
