"""What is seen is not what the file says: covers, layers, shapes, revisions. Who looks at the page reads 李明 on each."""

from collections.abc import Callable
from typing import Any

import pikepdf

from demo.editing import Instruction, Piece, opened, replaced, saved
from issuer.certificate.faces import ROMAN, path_of
from tests.gallery.exhibit import DIFFERS, exhibit
from tests.gallery.surgery import (
    cover,
    cut,
    drawn_page,
    image,
    lay,
    outlined,
    paint,
    piece_of,
    place,
    searchable,
    sheet,
)
from tests.gallery.texts import named
from tests.gallery.workshop import Workshop

IVORY = (0.992157, 0.984314, 0.960784)  # the paper of this design
INK = (0.070588, 0.101961, 0.14902)
Change = Callable[[Piece, Instruction], list[Instruction]]


def operator(name: str, *operands: Any) -> Instruction:
    return list(operands), pikepdf.Operator(name)


def forged_outlines(document: pikepdf.Pdf, like: Piece, text: str = "李明") -> None:
    """Draw the forged name as shapes, where and as large as the genuine one stands."""
    a, _, _, _, x, y = like.matrix.shorthand
    red, green, blue = INK
    shapes = outlined(text, like.size * a, spaced=like.size * a * 0.5)
    paint(document, document.pages[0], f"{red} {green} {blue} rg 1 0 0 1 {x} {y} cm {shapes} f")


def renamed_in_outlines(w: Workshop, hide: Change) -> bytes:
    """陈静's certificate on which the genuine name is drawn as `hide` says and the forged one as shapes."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        like = piece_of(page, "陈静")
        replaced(document, page, "陈静", hide)
        forged_outlines(document, like)
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text|shapes_differ"}, fields={"name"})
def name_drawn_over(w: Workshop) -> bytes:
    """A box in the colour of the paper over the name, and another name on it as text."""
    genuine = w.genuine("陈静")
    with opened(genuine) as document, opened(w.drawn("陈静", named("李明"))) as source:
        cover(document, document.pages[0], place(genuine, "陈静"), IVORY)
        lay(document, document.pages[0], source.pages[0], piece_of(source.pages[0], "李明"))
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text|shapes_differ"})
def name_drawn_over_as_outlines(w: Workshop) -> bytes:
    """The same box, and the other name as shapes: the file's text is still the genuine one, and whole."""
    genuine = w.genuine("陈静")
    with opened(genuine) as document:
        page = document.pages[0]
        like = piece_of(page, "陈静")
        cover(document, page, place(genuine, "陈静"), IVORY)
        forged_outlines(document, like)
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text|shapes_differ"})
def name_drawn_over_as_a_picture(w: Workshop) -> bytes:
    """A picture of the other name, cut out of a forged certificate, laid over the genuine one."""
    genuine = w.genuine("陈静")
    box = place(genuine, "陈静")
    with opened(genuine) as document:
        page = document.pages[0]
        image(document, page, cut(w.drawn("陈静", named("李明")), box), box)
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text|shapes_differ"})
def score_drawn_over_as_outlines(w: Workshop) -> bytes:
    """The second digit of the score is covered and drawn anew, three millimetres of the page: 92 has become 98."""
    genuine = w.genuine("陈静")
    with opened(genuine) as document, opened(w.drawn("陈静")) as source:
        page = document.pages[0]
        like = piece_of(source.pages[0], "92")
        a, _, _, _, x, y = like.matrix.shorthand
        width, size = like.size * a * 0.48, like.size * a
        cover(document, page, (x + width, y - 2, x + 2 * width, y + size * 0.7), IVORY)
        paint(
            document,
            page,
            f"0.105882 0.184314 0.305882 rg 1 0 0 1 {x + width} {y} cm {outlined('8', size, face=path_of(ROMAN))} f",
        )
        return saved(document)


@exhibit(DIFFERS, traces={"shapes_differ|hidden_text"})
def digit_with_more_strokes(w: Workshop) -> bytes:
    """Nothing is covered: over the 3 of a course's 93 an 8 is drawn, of which the 3 is a part."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        like = piece_of(page, "93")
        a, _, _, _, x, y = like.matrix.shorthand
        size = like.size * a
        red, green, blue = INK
        shapes = outlined("8", size, face=path_of(ROMAN))
        paint(document, page, f"{red} {green} {blue} rg 1 0 0 1 {x + size * 0.47} {y} cm {shapes} f")
        return saved(document)


@exhibit(DIFFERS, traces={"shapes_differ|hidden_text"})
def dot_added_to_a_name(w: Workshop) -> bytes:
    """王芳 has become 玉芳: one dot of ink, two millimetres wide, drawn beside the strokes of 王."""
    with opened(w.genuine("王芳")) as document:
        page = document.pages[0]
        like = piece_of(page, "王芳")
        a, _, _, _, x, y = like.matrix.shorthand
        dot = min(outlined("玉", like.size * a).split(" h"), key=lambda path: len(path) if path.strip() else 10**6)
        red, green, blue = INK
        paint(document, page, f"{red} {green} {blue} rg 1 0 0 1 {x} {y} cm {dot} h f")
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text"})
def original_in_the_colour_of_the_paper(w: Workshop) -> bytes:
    """White on white: the genuine name is still there, in the colour of the paper; the forged one is drawn as shapes."""

    def hide(piece: Piece, instruction: Instruction) -> list[Instruction]:
        return [operator("rg", *IVORY), instruction, operator("rg", *INK)]

    return renamed_in_outlines(w, hide)


@exhibit(DIFFERS, traces={"hidden_text"})
def original_invisible(w: Workshop) -> bytes:
    """The genuine name in rendering mode 3, which draws nothing; scanners put their text so."""
    return renamed_in_outlines(w, lambda _, shown: [operator("Tr", 3), shown, operator("Tr", 0)])


@exhibit(DIFFERS, traces={"hidden_text"})
def original_transparent(w: Workshop) -> bytes:
    """The genuine name with an opacity of nothing."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        like = piece_of(page, "陈静")
        nothing = page.add_resource(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=0), pikepdf.Name.ExtGState)
        full = page.add_resource(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=1), pikepdf.Name.ExtGState)
        replaced(document, page, "陈静", lambda _, shown: [operator("gs", nothing), shown, operator("gs", full)])
        forged_outlines(document, like)
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text"})
def original_beside_the_sheet(w: Workshop) -> bytes:
    """The genuine name stands a metre to the right of the page."""
    aside = [operator("Td", 4000, 0)]
    return renamed_in_outlines(w, lambda _, shown: [*aside, shown])


@exhibit(DIFFERS, traces={"hidden_text"})
def original_too_small_to_see(w: Workshop) -> bytes:
    """The genuine name in a size of a tenth of a point: a speck."""
    return renamed_in_outlines(
        w, lambda piece, shown: [operator("Tf", pikepdf.Name(piece.font), 0.1), shown,
                                 operator("Tf", pikepdf.Name(piece.font), piece.size)],
    )  # fmt: skip


@exhibit(DIFFERS, traces={"hidden_text|shapes_differ"})
def original_clipped_away(w: Workshop) -> bytes:
    """The genuine name is drawn through a window of no size, and so is not seen."""

    def hide(piece: Piece, shown: Instruction) -> list[Instruction]:
        a, b, c, d, e, f = 1, 0, 0, -1, 340, 392
        return [operator("ET"), operator("q"), operator("re", 0, 0, 0.01, 0.01), operator("W"), operator("n"),
                operator("BT"), operator("Tm", a, b, c, d, e, f), shown, operator("ET"), operator("Q"),
                operator("BT")]  # fmt: skip

    return renamed_in_outlines(w, hide)


@exhibit(DIFFERS, traces={"shapes_differ"})
def lying_characters(w: Workshop) -> bytes:
    """A forged certificate whose font says that its 李 is 陈 and its 明 is 静: the file's text is what was signed."""
    with opened(w.drawn("陈静", named("李明"))) as document:
        page = document.pages[0]
        piece = piece_of(page, "李明")
        table = page.obj.Resources.Font[piece.font].ToUnicode
        said = table.read_bytes().decode()
        for drawn, claimed in zip("李明", "陈静", strict=True):
            said = said.replace(f"<{ord(drawn):04x}>", f"<{ord(claimed):04x}>")
        table.write(said.encode())
        return saved(document)


@exhibit(DIFFERS, traces={"shapes_differ|hidden_text"})
def lying_shapes(w: Workshop) -> bytes:
    """A font of the forger's own, each of whose characters is a drawing: 陈 looks like 李, and 静 like 明."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        like = piece_of(page, "陈静")
        shapes = {code: outlined(drawn, 1000) for code, drawn in zip("ab", "李明", strict=True)}
        drawings = {
            f"/{code}": document.make_stream(f"1000 0 0 -200 1000 1000 d1 {path} f".encode())
            for code, path in shapes.items()
        }
        cmap = (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /F def /CMapType 2 def "
            b"1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <61> <9648> <62> <9759> endbfchar "
            b"endcmap end end"
        )
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type3,
            FontBBox=[0, -200, 1000, 1000],
            FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
            CharProcs=pikepdf.Dictionary(drawings),
            Encoding=pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=[97, pikepdf.Name.a, pikepdf.Name.b]),
            FirstChar=97,
            LastChar=98,
            Widths=[1260, 1260],
            ToUnicode=document.make_stream(cmap),
        )
        name = page.add_resource(font, pikepdf.Name.Font)
        draw = [operator("Tf", name, like.size), operator("Tj", pikepdf.String("ab"))]
        replaced(document, page, "陈静", lambda _, shown: draw)
        return saved(document)


@exhibit(DIFFERS, traces={"actual_text"})
def text_for_readers_instead_of_what_is_drawn(w: Workshop) -> bytes:
    """A forged certificate whose name carries an ActualText: programs that extract text read the signed name."""
    with opened(w.drawn("陈静", named("李明"))) as document:
        says = pikepdf.Dictionary(ActualText=pikepdf.String("陈静"))
        begin = operator("BDC", pikepdf.Name.Span, says)
        replaced(document, document.pages[0], "李明", lambda _, shown: [begin, shown, operator("EMC")])
        return saved(document)


def layer(document: pikepdf.Pdf, *, on: bool) -> pikepdf.Name:
    """A new layer of the document, and its name among the first page's properties."""
    group = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("Layer")))
    groups = document.Root.get("/OCProperties")
    if groups is None:
        default = pikepdf.Dictionary(Order=[], OFF=[], ON=[])
        document.Root.OCProperties = groups = pikepdf.Dictionary(OCGs=[], D=default)
    groups.OCGs.append(group)
    groups.D["/ON" if on else "/OFF"].append(group)
    return document.pages[0].add_resource(group, pikepdf.Name.Properties)


@exhibit(DIFFERS, traces={"hidden_layers"})
def original_on_a_hidden_layer(w: Workshop) -> bytes:
    """The genuine name is on a layer that is switched off, the forged one on a layer that is on."""
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        like = piece_of(page, "陈静")
        hidden = operator("BDC", pikepdf.Name.OC, layer(document, on=False))
        replaced(document, page, "陈静", lambda _, shown: [hidden, shown, operator("EMC")])
        red, green, blue = INK
        a, _, _, _, x, y = like.matrix.shorthand
        shapes = outlined("李明", like.size * a, spaced=like.size * a * 0.5)
        shown = layer(document, on=True)
        paint(document, page, f"/OC {shown} BDC {red} {green} {blue} rg 1 0 0 1 {x} {y} cm {shapes} f EMC")
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_layers"})
def forged_name_on_paper_only(w: Workshop) -> bytes:
    """On the screen the certificate is genuine. When it is printed, a layer covers the name with another one."""
    genuine = w.genuine("陈静")
    with opened(genuine) as document:
        page = document.pages[0]
        like = piece_of(page, "陈静")
        name = layer(document, on=False)
        groups = document.Root.OCProperties
        use = pikepdf.Dictionary(Print=pikepdf.Dictionary(PrintState=pikepdf.Name.ON),
                                 View=pikepdf.Dictionary(ViewState=pikepdf.Name.OFF))  # fmt: skip
        groups.OCGs[0].Usage = use
        groups.D["/AS"] = pikepdf.Array([
            pikepdf.Dictionary(Event=event, Category=pikepdf.Array([category]), OCGs=groups.OCGs)
            for event, category in ((pikepdf.Name.Print, pikepdf.Name.Print), (pikepdf.Name.View, pikepdf.Name.View))
        ])  # fmt: skip
        left, bottom, right, top = place(genuine, "陈静")
        a, _, _, _, x, y = like.matrix.shorthand
        paper, ink = (" ".join(map(str, colour)) for colour in (IVORY, INK))
        shapes = outlined("李明", like.size * a, spaced=like.size * a * 0.5)
        box = f"{paper} rg {left} {bottom} {right - left} {top - bottom} re f"
        paint(document, page, f"/OC {name} BDC {box} {ink} rg 1 0 0 1 {x} {y} cm {shapes} f EMC")
        return saved(document)


@exhibit(DIFFERS, traces={"hidden_text"})
def whole_page_as_a_picture(w: Workshop) -> bytes:
    """A picture of a forged certificate covers the whole genuine page, whose text and attachment lie unseen below it."""
    forged = drawn_page(w.drawn("陈静", named("李明")), 130)
    with opened(w.genuine("陈静")) as document:
        page = document.pages[0]
        image(document, page, forged, sheet(page))
        return saved(document)


@exhibit(DIFFERS, fields={"name"})
def genuine_text_beneath_a_forged_page(w: Workshop) -> bytes:
    """The other way round: a picture of a forged certificate, and under it all the genuine text, as scanners put theirs."""
    genuine = w.genuine("陈静")
    forged = drawn_page(w.drawn("陈静", named("李明")), 130)
    with opened(searchable(forged, genuine)) as document, opened(genuine) as source:
        document.attachments["credential.jwt"] = source.attachments["credential.jwt"].get_file().read_bytes()
        return saved(document)
