"""QR codes and links that lead elsewhere: to a look-alike of the verifier, or to another credential."""

import pikepdf

from demo.editing import opened, saved
from tests.gallery.additions import note
from tests.gallery.exhibit import DIFFERS, exhibit
from tests.gallery.pictures import jpeg, photographed
from tests.gallery.surgery import cut, image
from tests.gallery.texts import named
from tests.gallery.workshop import HOST, VERIFIER, Workshop

CLONE = "https://verify.glimrner.example"  # r and n for m
ELSEWHERE = "invalid: leads_elsewhere"


def led_to(w: Workshop, host: str, name: str = "陈静") -> str:
    """The text of a genuine QR code with another host."""
    return w.qr(name).replace(VERIFIER, host)


def qr_swapped(pdf: bytes, other: bytes) -> bytes:
    """The document with the QR code's picture of another one; nothing else is touched."""
    with opened(pdf) as document, opened(other) as source:
        here, there = (stencil(each) for each in (document, source))
        here.Width, here.Height = int(there.Width), int(there.Height)
        here.write(there.read_bytes())
        return saved(document)


def stencil(document: pikepdf.Pdf) -> pikepdf.Stream:
    """The QR code's picture."""
    return next(each for each in document.objects if isinstance(each, pikepdf.Stream) and each.get("/ImageMask"))


@exhibit(DIFFERS, traces={"qr_of_another"}, fields={"name"})
def qr_code_of_another(w: Workshop) -> bytes:
    """李明's forged certificate carries 陈静's credential; its QR code is 欧阳雨泽's, and opens a valid certificate."""
    return w.drawn("陈静", named("李明"), qr=w.qr("欧阳雨泽"))


@exhibit(DIFFERS, traces={"qr_of_another"})
def picture_of_the_qr_code_swapped(w: Workshop) -> bytes:
    """The genuine page, on which only the QR code's picture was replaced by that of another certificate."""
    return qr_swapped(w.genuine("陈静"), w.drawn("陈静", qr=w.qr("欧阳雨泽")))


@exhibit(DIFFERS, traces={"look_alike_host"})
def cloned_host(w: Workshop) -> bytes:
    """QR code, link and printed address lead to verify.glimrner.example, which says "valid" to everything."""
    return w.drawn("陈静", qr=led_to(w, CLONE))


@exhibit(DIFFERS, traces={"look_alike_host"})
def cloned_host_on_a_forged_name(w: Workshop) -> bytes:
    """The same, with 李明's name on the page, and no attachment that could contradict it but 陈静's."""
    return w.drawn("陈静", named("李明"), qr=led_to(w, CLONE))


@exhibit(ELSEWHERE, traces={"look_alike_host"})
def cloned_host_in_a_qr_codes_text(w: Workshop) -> str:
    """The text that a telephone reads from such a QR code, pasted."""
    return led_to(w, CLONE)


@exhibit(f"{ELSEWHERE}|{DIFFERS}", traces={"look_alike_host"})
def cloned_host_on_a_photo(w: Workshop) -> bytes:
    """A photo of a print whose QR code leads to the clone."""
    return jpeg(photographed(w.drawn("李㛃", qr=led_to(w, CLONE, "李㛃"))))


@exhibit(ELSEWHERE, traces={"qr_elsewhere|look_alike_host"})
def another_host_in_a_qr_codes_text(w: Workshop) -> str:
    """A host that looks like nobody's, and is none of the issuer's verifiers."""
    return led_to(w, "https://certificate-check.example")


@exhibit(ELSEWHERE, traces={"look_alike_host|qr_elsewhere"})
def known_host_as_a_part_of_another(w: Workshop) -> str:
    """verify.glimmer.example is the beginning of the host, not the end of it."""
    return led_to(w, f"{VERIFIER}.certificate-check.example")


@exhibit(ELSEWHERE, traces={"look_alike_host|qr_elsewhere"})
def known_host_as_a_user_name(w: Workshop) -> str:
    """Before an @, the known host is but the name of a user at another one."""
    return led_to(w, f"{VERIFIER}@certificate-check.example")


@exhibit(ELSEWHERE, traces={"look_alike_host|qr_elsewhere"})
def known_host_in_other_letters(w: Workshop) -> str:
    """The е of vеrify is Cyrillic, written as browsers send it (IDNA)."""
    host = "vеrify.glimmer.example".encode("idna").decode()
    return led_to(w, f"https://{host}")


@exhibit(ELSEWHERE, traces={"look_alike_host|qr_elsewhere"})
def known_host_at_another_port(w: Workshop) -> str:
    """The right host, and a port of it that anybody on that machine could have opened."""
    return led_to(w, f"{VERIFIER}:8443")


@exhibit(ELSEWHERE, traces={"look_alike_host|qr_elsewhere"})
def address_of_a_credential_at_a_clone(w: Workshop) -> str:
    """The credential's own address, at a look-alike of the issuer."""
    return f"{HOST.replace('glimmer', 'glimrner')}/credentials/{w.credential('陈静').code}"


@exhibit(DIFFERS, fields={"unsigned"})
def printed_address_edited(w: Workshop) -> bytes:
    """The QR code is genuine and there is no link; the address beside it, for those who type, is the clone's."""
    with opened(qr_swapped(w.drawn("陈静", qr=led_to(w, CLONE)), w.genuine("陈静"))) as document:
        del document.pages[0].obj.Annots, document.Root.StructTreeRoot
        return saved(document)


@exhibit("invalid: leads_elsewhere|invalid: document_differs", traces={"link_elsewhere"})
def link_over_the_page(w: Workshop) -> bytes:
    """Whoever clicks on the QR code is led to the clone: an invisible link lies over it."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(led_to(w, CLONE)))
        note(page, document, {"/Subtype": pikepdf.Name.Link, "/Rect": pikepdf.Array([430, 90, 540, 200]), "/A": action,
                              "/Border": pikepdf.Array([0, 0, 0])})  # fmt: skip
        return saved(document)


@exhibit(
    "invalid: leads_elsewhere|invalid: document_differs",
    traces={"several_qr|qr_of_another|qr_elsewhere|look_alike_host"},
)
def sticker_beside_the_qr_code(w: Workshop) -> bytes:
    """A second QR code on the page, above the signature: it leads to the clone."""
    drawn = w.drawn("陈静", qr=led_to(w, CLONE))
    with opened(w.genuine("陈静")) as document:
        image(document, document.pages[0], cut(drawn, (428, 90, 540, 202)), (62, 117, 62 + 82, 117 + 82))
        return saved(document)
