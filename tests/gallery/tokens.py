"""Credentials without a page: edited, signed by somebody else, mistyped; and badges, which carry one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import digest
from io import BytesIO

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from credential import code as codes
from demo import forgeries
from issuer.certificate.badge import KEYWORD
from tests.gallery.exhibit import Handed, exhibit
from tests.gallery.workshop import CLOUDBRIDGE, GLIMMER, HOST, Workshop

COURSE = {"achievement": "short-course", "completed_on": "2026-11-15"}


@exhibit("invalid: bad_signature")
def payload_edited(w: Workshop) -> str:
    """One character of the name changed in the token, the signature kept."""
    return forgeries.edited_payload(w.token("陈静"))


@exhibit("invalid: unsupported_algorithm")
def signed_with_nothing(w: Workshop) -> str:
    """The header says alg: none, and there is no signature."""
    return forgeries.unsigned(w.token("陈静"))


@exhibit("invalid: unsupported_algorithm|invalid: bad_signature")
def signed_with_the_public_key_as_a_secret(w: Workshop) -> str:
    """HS256 with the published key as the shared secret, which fools libraries that believe the header."""
    header, payload, _ = w.token("陈静").split(".")
    head = json.loads(urlsafe_b64decode(header + "==")) | {"alg": "HS256"}
    secret = w.signer(GLIMMER).private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{_b64(json.dumps(head, separators=(',', ':')).encode())}.{payload}"
    return f"{signed}.{_b64(digest(secret, signed.encode(), 'sha256'))}"


@exhibit("invalid: bad_signature")
def signed_by_the_forger(w: Workshop) -> str:
    """Signed anew with the forger's key, under the name of the issuer's."""
    return forgeries.another_key(w.token("陈静"))


@exhibit("invalid: malformed_token")
def key_brought_along(w: Workshop) -> str:
    """The header carries the forger's key as jwk, for verifiers that take it from there."""
    return forgeries.embedded_jwk(w.token("陈静"))


@exhibit("invalid: unknown_key")
def key_that_was_never_published(w: Workshop) -> str:
    """Signed with a key whose name looks like one of the issuer's."""
    return _renamed_key(w, f"{HOST}/orgs/{GLIMMER}/keys/2026-autumn")


@exhibit("invalid: unknown_key")
def key_of_another_issuer(w: Workshop) -> str:
    """Cloudbridge is known too: its key signs in the name of 微光学院."""
    return w.signed(w.credential("陈静"), CLOUDBRIDGE)


@exhibit("unchecked: unknown_issuer")
def known_name_of_an_unknown_issuer(w: Workshop) -> str:
    """Correctly signed by an issuer of the forger's own that calls itself 微光学院."""
    return forgeries.unknown_issuer(w.token("陈静"))


@exhibit("valid: ok", warns=True)
def another_name_of_a_known_issuer(w: Workshop) -> str:
    """Cloudbridge is known, and signs under the name of 微光学院. The page shows the directory's name, and warns."""
    credential = w.credential("周敏", organisation=CLOUDBRIDGE, **COURSE)
    issuer = json.loads(credential.document)["issuer"] | {"name": "微光学院"}
    return w.signed(credential, CLOUDBRIDGE, issuer=issuer)


@exhibit("invalid: malformed_token")
def status_list_as_a_credential(w: Workshop) -> str:
    """The issuer's own status list, rightly signed: it says nothing of a learner."""
    return (w.published(w.status_list(w.credential("陈静"))) or b"").decode()


@exhibit("invalid: malformed_token")
def token_cut_short(w: Workshop) -> str:
    """The last character was lost on the way."""
    return w.token("陈静")[:-1]


@exhibit("unchecked: mistyped_code")
def code_mistyped(w: Workshop) -> str:
    """Two neighbouring characters changed places."""
    code = w.credential("陈静").code
    place = next(i for i in range(4, 17) if code[i] != code[i + 1])
    return f"{code[:place]}{code[place + 1]}{code[place]}{code[place + 2 :]}"


@exhibit("unchecked: not_published")
def code_never_given_out(w: Workshop) -> str:
    """The check character fits; the issuer knows no such certificate."""
    return codes.new("WG")


@exhibit("unchecked: unknown_issuer")
def code_of_nobody(w: Workshop) -> str:
    """A code whose first letters name a service that nobody knows."""
    return codes.new("HARV")


@exhibit("unchecked: issuer_unreachable")
def code_while_the_issuer_is_out_of_reach(w: Workshop) -> Handed:
    """A genuine code; somebody keeps the issuer from answering."""
    code = w.credential("陈静").code
    return Handed(data=code.encode(), answers={f"{HOST}/credentials/{code}.jwt": None})


@exhibit("invalid: malformed_token")
def code_of_one_and_credential_of_another(w: Workshop) -> str:
    """A QR code's text with the number of one certificate in its address, and another one's credential in its digits."""
    return forgeries.swapped_qr(w.qr("陈静"), w.qr("欧阳雨泽"))


@exhibit("invalid: bad_signature")
def bit_of_the_qr_code_changed(w: Workshop) -> str:
    """One bit of the signature within the QR code's digits is another."""
    address, _, digits = w.qr("陈静").partition("#")
    number = int(digits)
    signature = number.bit_length() - 8 * (8 + 32)  # behind the version and the dictionary's name, half-way through
    return f"{address}#{number ^ 1 << signature}"


@exhibit("valid: ok", shows="not_compared")
def badge_genuine(w: Workshop) -> bytes:
    """The PNG that the issuer gives out, with the credential in it."""
    return w.badge("陈静")


@exhibit("invalid: bad_signature")
def badge_with_an_edited_credential(w: Workshop) -> bytes:
    """The same picture; one character of the name in the credential was changed."""
    return baked(w.badge("陈静"), forgeries.edited_payload(w.token("陈静")))


@exhibit("valid: ok", shows="not_compared")
def badge_with_the_credential_of_another(w: Workshop) -> bytes:
    """陈静's picture with 欧阳雨泽's credential in it: what counts is what was signed, and the page shows that alone."""
    return baked(w.badge("陈静"), w.token("欧阳雨泽"))


@exhibit("unchecked: several_credentials|invalid: document_differs")
def badge_with_two_credentials(w: Workshop) -> bytes:
    """Two credentials baked into one picture."""
    return baked(w.badge("陈静"), w.token("陈静"), w.token("欧阳雨泽"))


@exhibit("invalid: bad_signature")
def svg_badge_with_an_edited_credential(w: Workshop) -> str:
    """An SVG badge (OB 3.0 §5.3.2) whose credential was edited."""
    return svg(forgeries.edited_payload(w.token("陈静")))


@exhibit("valid: ok", shows="not_compared")
def svg_badge_genuine(w: Workshop) -> str:
    """An SVG badge (OB 3.0 §5.3.2) with a genuine credential."""
    return svg(w.token("陈静"))


def svg(token: str) -> str:
    """A picture with a credential in it."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" '
        f'viewBox="0 0 9 9"><openbadges:credential verify="{token}"/><circle cx="4.5" cy="4.5" r="4" fill="#b99a57"/></svg>'
    )


def baked(png: bytes, *tokens: str) -> bytes:
    """The picture with other credentials baked into it."""
    chunks, written = PngInfo(), BytesIO()
    for token in tokens:
        chunks.add_itxt(KEYWORD, token)
    with Image.open(BytesIO(png)) as picture:
        picture.save(written, "PNG", pnginfo=chunks)
    return written.getvalue()


def _renamed_key(w: Workshop, kid: str) -> str:
    header, payload, _ = forgeries.another_key(w.token("陈静")).split(".")
    head = json.loads(urlsafe_b64decode(header + "==")) | {"kid": kid}
    return f"{_b64(json.dumps(head, separators=(',', ':')).encode())}.{payload}.{'A' * 86}"


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
