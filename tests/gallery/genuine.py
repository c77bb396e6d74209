"""What is genuine, or was only handed on: every design in every rendition, and what programs make of it."""

import pikepdf

from credential.phrases import RENDITIONS
from demo.editing import opened, saved
from issuer.credentials import renditions
from tests.gallery.exhibit import exhibit
from tests.gallery.surgery import without_attachments
from tests.gallery.workshop import Workshop

DESIGNS = {
    "classic_landscape": "林嘉慧",
    "modern_landscape": "Nguyễn Thị Phương Thảo",
    "portrait_transcript": "欧阳雨泽",
    "skill_level": "诸葛明慧",
}


def _exhibit(design: str, name: str, rendition: str) -> None:
    def make(w: Workshop) -> bytes:
        return w.genuine(name, rendition)

    make.__name__ = f"genuine_{design}_{rendition.replace('-', '_').lower()}"
    make.__doc__ = f"{name}'s certificate as its issuer gives it out: {design.replace('_', ' ')}, {rendition}."
    exhibit("valid: ok", shows="text_matches")(make)


for design, learner in DESIGNS.items():
    for each in RENDITIONS:
        _exhibit(design, learner, each)
for each in renditions.RENDITIONS:
    if each not in RENDITIONS:
        _exhibit("large_print", "陈静", each)


@exhibit("valid: ok", shows="text_matches")
def saved_anew_without_its_attachment(w: Workshop) -> bytes:
    """A genuine certificate from a mail gateway that takes attachments out: its QR code holds the credential too."""
    return without_attachments(w.genuine("陈静"))


@exhibit("valid: ok", shows="text_matches")
def saved_anew_by_another_program(w: Workshop) -> bytes:
    """A genuine certificate, optimised for the web by a program that changes nothing that is seen."""
    with opened(w.genuine("陈静")) as document:
        return saved(document, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


@exhibit("valid: ok", shows="text_matches")
def protected_against_editing(w: Workshop) -> bytes:
    """A genuine certificate that opens without a password and must not be edited: the owner's password is the learner's."""
    with opened(w.genuine("陈静")) as document:
        return saved(document, encryption=pikepdf.Encryption(owner="owner", user=""))


@exhibit("valid: ok", shows="not_compared")
def token_in_the_lines_of_a_mail(w: Workshop) -> str:
    """The token as a mail program breaks it into lines."""
    token = w.token("陈静")
    return "\r\n".join(token[i : i + 76] for i in range(0, len(token), 76))


@exhibit("valid: ok", shows="not_compared")
def text_of_the_qr_code(w: Workshop) -> str:
    """What a telephone reads from the QR code, pasted."""
    return w.qr("陈静")


@exhibit("valid: ok", shows="not_compared")
def code_as_people_type_it(w: Workshop) -> str:
    """In small letters, with blanks."""
    return w.credential("陈静").code.lower().replace("-", " ")
