"""What is attached to the page is not what belongs to it."""

import pikepdf

from demo import forgeries
from demo.editing import opened, saved
from tests.gallery.exhibit import DIFFERS, exhibit
from tests.gallery.texts import attained, named, named_alone
from tests.gallery.workshop import Workshop


def with_files(pdf: bytes, **files: bytes) -> bytes:
    """The document with more files attached: their names with _ for a dot."""
    with opened(pdf) as document:
        for name, content in files.items():
            document.attachments[name.replace("_", ".")] = content
        return saved(document)


@exhibit(DIFFERS, traces={"other_attachments"})
def another_file_attached(w: Workshop) -> bytes:
    """A transcript that nobody signed lies beside the credential, and takes its trust from it."""
    return with_files(w.genuine("陈静"), transcript_pdf=w.drawn("陈静", attained("score", "100")))


@exhibit("unchecked: several_credentials|invalid: document_differs")
def second_credential_attached(w: Workshop) -> bytes:
    """Two genuine credentials in one file: its own, and one with better marks."""
    return with_files(w.genuine("陈静"), other_jwt=w.token("阿依古丽·麦麦提").encode())


@exhibit("unchecked: several_credentials|invalid: document_differs")
def edited_credential_beside_the_genuine_one(w: Workshop) -> bytes:
    """A forged certificate carries an edited credential and a genuine one, for verifiers that try them all."""
    edited = forgeries.edited_payload(w.token("陈静")).encode()
    return with_files(w.drawn("陈静", named("陈明")), credential_0_jwt=edited)


@exhibit(DIFFERS, fields={"name", "code"})
def credential_of_another_attached(w: Workshop) -> bytes:
    """A certificate in 李明's name, with a number of its own, to which 欧阳雨泽's credential is attached."""
    return w.drawn("陈静", named("李明"), token=w.token("欧阳雨泽"))


@exhibit(DIFFERS, fields={"achievement"})
def own_credential_of_a_lesser_course(w: Workshop) -> bytes:
    """林嘉慧's own, genuine credential of 16 hours, under a drawing of the course of 96 hours in her name."""
    return w.drawn("陈静", lambda claims: named_alone(claims, "林嘉慧"), token=w.token("林嘉慧"), qr=w.qr("林嘉慧"))


@exhibit("invalid: bad_signature")
def edited_credential_attached(w: Workshop) -> bytes:
    """Page and credential agree: both say 陈明. The signature is that of what the credential said before."""
    return w.drawn("陈静", named("陈明"), token=forgeries.edited_payload(w.token("陈静")))


@exhibit("unchecked: unknown_issuer")
def credential_of_an_unknown_issuer_attached(w: Workshop) -> bytes:
    """The forger's own issuing service, under the name of 微光学院: everything agrees, and nobody knows the key."""
    return w.drawn("陈静", token=forgeries.unknown_issuer(w.token("陈静")))


@exhibit(DIFFERS, traces={"annotations|other_attachments"})
def file_pinned_to_the_page(w: Workshop) -> bytes:
    """A file behind a paper clip on the page: a reference letter, so it says."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        content = document.make_stream(b"a letter", Type=pikepdf.Name.EmbeddedFile)
        file = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="reference.txt", EF=pikepdf.Dictionary(F=content))
        clip = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, FS=file,
                               Rect=[60, 700, 80, 720], F=4)
        )  # fmt: skip
        page.obj.Annots = pikepdf.Array([*page.obj.Annots, clip])
        return saved(document)


@exhibit("unchecked: cannot_open|invalid: document_differs")
def a_thousand_attachments(w: Workshop) -> bytes:
    """The genuine credential somewhere among a thousand others, to tire a verifier out."""
    files = {f"a{number}_jwt": f"eyJ{number}.e30.AA".encode() for number in range(1000)}
    return with_files(w.genuine("陈静"), **files)


@exhibit("unchecked: cannot_open")
def pdf_with_a_password(w: Workshop) -> bytes:
    """A forged certificate that opens with a password only: the mail says it."""
    with opened(w.drawn("陈静", named("李明"))) as document:
        return saved(document, encryption=pikepdf.Encryption(owner="owner", user="1234"))


@exhibit("unchecked: cannot_open")
def half_a_file(w: Workshop) -> bytes:
    """The first third of a certificate, as a broken upload leaves it."""
    genuine = w.genuine("陈静")
    return genuine[: len(genuine) // 3]
