"""The digits of QR codes: what they unpack to, and why others are refused.

DEFLATE is written by hand here: programs that compress differ in what they write, and these bytes must not.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from tests.vectors import workshop as w
from tests.vectors.complete import complete

__all__ = ["qr_codes"]

LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227]
DISTANCES = [1, 2, 3, 4, *(base * 2**half + 1 for half in range(1, 14) for base in (2, 3))]
LONGEST_MATCH = 257  # 258 has a code of its own, which nothing here needs


class Bits(list[int]):
    """A stream of bits as DEFLATE packs them (RFC 1951 §3.1.1), with the fixed codes of §3.2.6."""

    def number(self, value: int, size: int) -> None:
        self.extend(value >> place & 1 for place in range(size))

    def code(self, value: int, size: int) -> None:
        self.extend(value >> place & 1 for place in reversed(range(size)))

    def symbol(self, symbol: int) -> None:
        start, first, size = next(
            row for row in ((280, 0xC0, 8), (256, 0, 7), (144, 0x190, 9), (0, 0x30, 8)) if symbol >= row[0]
        )
        self.code(first + symbol - start, size)

    def match(self, length: int, distance: int) -> None:
        place = max(at for at, base in enumerate(LENGTHS) if base <= length)
        self.symbol(257 + place)
        self.number(length - LENGTHS[place], max(0, place // 4 - 1))
        place = max(at for at, base in enumerate(DISTANCES) if base <= distance)
        self.code(place, 5)
        self.number(distance - DISTANCES[place], max(0, place // 2 - 1))

    def packed(self) -> bytes:
        bits = [*self, *[0] * (-len(self) % 8)]
        return bytes(sum(bit << at for at, bit in enumerate(bits[i : i + 8])) for i in range(0, len(bits), 8))


def deflated(text: bytes, dictionary: bytes = b"") -> bytes:
    """One block with fixed codes; each match the longest there is, the nearest of them."""
    bits = Bits([1, 1, 0])
    window, at = dictionary + text, len(dictionary)
    while at < len(window):
        length, place = 2, -1
        while length < min(LONGEST_MATCH, len(window) - at):
            found = window.rfind(window[at : at + length + 1], 0, at + length)
            if found < 0:
                break
            length, place = length + 1, found
        if place < 0:
            bits.symbol(window[at])
            at += 1
        else:
            bits.match(length, at - place)
            at += length
    bits.symbol(256)
    return bits.packed()


def data(token: str, dictionary: bytes, **changed: bytes) -> bytes:
    """The bytes of a token; `version`, `name`, `signature` and `text` may be others."""
    header, payload, signature = map(w.unb64, token.split("."))
    text = changed.get("text", header + b"\n" + payload)
    name = changed.get("name", sha256(dictionary).digest()[:8])
    return b"".join(
        [changed.get("version", b"\x01"), name, changed.get("signature", signature), deflated(text, dictionary)]
    )


def digits(made: bytes, start: bytes = b"\x01") -> str:
    return str(int.from_bytes(start + made, "big"))


def dictionary_of(claims: dict[str, Any]) -> str:
    """The credential's text without the learner's parts."""
    text = (w.to_json(w.header()) + b"\n" + w.to_json(claims)).decode()
    for own in ("欧阳雨泽", "Ouyang Yuze", "WG-7K4M9QXT2D8HC5RF", '"88'):
        text = text.replace(own, '"' if own.startswith('"') else "")
    return text


def qr_codes() -> Iterator[dict[str, Any]]:
    """Each vector: why, the fragment, the dictionary, and the token or the fault that must come of it."""
    token, plain = w.token(complete()), w.token(w.claims())
    common = dictionary_of(complete())
    known = common.encode()
    right = data(token, known)
    header, payload, _ = map(w.unb64, token.split("."))

    def of(text: bytes) -> str:
        return digits(data(token, known, text=text))

    for why, given, dictionary in (
        ("A credential with everything, and the dictionary of its kind; shown in docs/qr.md.", token, common),
        ("Another credential with the same dictionary: it is merely longer.", plain, common),
        ("Without a dictionary: the empty text has a name, too.", plain, ""),
    ):
        fragment = digits(data(given, dictionary.encode()))
        yield {"why": why, "fragment": fragment, "dictionary": dictionary, "expect": {"token": given}}
    odd = w.token(complete(), b'{ "typ":"JWT" ,"kid":"' + w.kid(w.PINNED).encode() + b'", "alg":"ES256"}')
    yield {
        "why": "The header's own white space and order come back.",
        "fragment": digits(data(odd, known)),
        "dictionary": common,
        "expect": {"token": odd},
    }
    yield {
        "why": "The signature is not looked at here: 64 zeros come back as they are.",
        "fragment": digits(data(token, known, signature=bytes(64))),
        "dictionary": common,
        "expect": {"token": f"{token.rpartition('.')[0]}.{w.b64(bytes(64))}"},
    }
    for why, fault, fragment in (
        ("A zero in front.", "qr_not_digits", f"0{digits(right)}"),
        ("No digits at all.", "qr_not_digits", ""),
        ("A sign, which programs that read numbers may take.", "qr_not_digits", f"+{digits(right)}"),
        ("An underscore, likewise.", "qr_not_digits", f"1_{digits(right)[1:]}"),
        ("Full-width digits.", "qr_not_digits", digits(right).translate({ord("1"): "１"})),
        ("Arabic digits.", "qr_not_digits", digits(right).translate({ord("1"): "١"})),
        ("More digits than are read.", "qr_too_long", "1" * 3855),
        ("The last digit is missing.", "qr_cut_off", digits(right)[:-1]),
        ("The number begins with another byte than 0x01.", "qr_cut_off", digits(right, b"\x02")),
        ("A signature and nothing after it.", "qr_cut_off", digits(right[:73])),
        ("Another version.", "qr_version", digits(b"\x02" + right[1:])),
        (
            "Another dictionary is named.",
            "qr_other_dictionary",
            digits(data(token, known, name=bytes(8))),
        ),
        ("A byte after the end of the DEFLATE stream.", "qr_not_deflate", digits(right + b"\x00")),
        ("The DEFLATE stream ends before its end.", "qr_not_deflate", digits(right[:-2])),
        ("A block of the kind that DEFLATE does not have.", "qr_not_deflate", digits(right[:73] + b"\x07")),
        ("It inflates to more than 12,220 bytes.", "qr_text_too_long", of(header + b"\n" + b"a" * 12_220)),
        ("No line feed.", "qr_not_two_parts", of(header + payload)),
        ("The header names another algorithm.", "qr_not_es256", of(b'{"alg":"RS256"}\n' + payload)),
        ("The header is not JSON.", "token_not_json", of(b"\n" + payload)),
    ):
        yield {"why": why, "fragment": fragment, "dictionary": common, "expect": {"fault": fault}}
    yield {
        "why": "A dictionary that has the wrong hash, a letter being another.",
        "fragment": digits(right),
        "dictionary": common.replace("ES256", "ES257"),
        "expect": {"fault": "qr_other_dictionary"},
    }
    long = "a" * 32_769
    yield {
        "why": "A dictionary of more than 32 KiB.",
        "fragment": digits(data(plain, long.encode())),
        "dictionary": long,
        "expect": {"fault": "qr_other_dictionary"},
    }
