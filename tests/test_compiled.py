"""Certificates drawn without the layout engine: the same as with it, or not at all."""

from io import BytesIO
from random import Random

import pikepdf
import pytest
from PIL import Image

from credential.phrases import RENDITIONS
from issuer.certificate import Brand, Design, packaged, read_design
from issuer.certificate.samples import sample
from tests.both_ways import DESIGNS, compared, fast, laid_out, learner
from tests.learners import AWKWARD, realistic
from tests.verapdf import FLAVOURS, failures

CLASSIC = "classic-landscape"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("rendition", RENDITIONS)
@pytest.mark.parametrize("design", DESIGNS)
def test_it_is_the_same_to_the_pixel_and_to_the_last_tag(design: str, rendition: str) -> None:
    random = Random(f"{design} {rendition}")
    names = [*random.sample(AWKWARD, 4), *random.sample(realistic(100), 2), ("欧阳雨泽", "Ouyang Yuze")]
    found = list(compared(design, rendition, names, seed=random.randrange(1000)))
    assert [each for each in found if each.differing] == []
    assert found[-1].compiled


@pytest.mark.timeout(300)
def test_of_two_thousand_learners_no_more_than_twenty_are_left_to_the_layout_engine() -> None:
    random = Random(2000)
    design = packaged(CLASSIC)
    drawn = [fast(learner(random, "bilingual", name), design, worth_it=2) for name in realistic(2000)]
    assert sum(pdf is None for pdf in drawn) <= 20


@pytest.mark.parametrize("design", DESIGNS)
def test_verapdf_passes_it(design: str) -> None:
    pdf = fast(sample("usual"), packaged(design))
    assert pdf is not None
    assert [failures(pdf, flavour) for flavour in FLAVOURS] == [[], []]


def test_the_same_certificate_has_the_same_bytes_whoever_was_the_first_of_its_kind() -> None:
    design = packaged(CLASSIC)
    first = fast(sample("usual", changed={"names": ["王小明", "Wang Xiaoming"]}), design)
    again = fast(sample("usual", changed={"names": ["王小明", "Wang Xiaoming"]}), design)
    assert first == again
    assert first is not None


def test_nothing_of_one_learner_is_in_the_file_of_another() -> None:
    design = packaged(CLASSIC)
    assert fast(sample("usual", changed={"names": ["龘鑫垚", "Qxwvq Zjkvx"]}), design)
    pdf = fast(sample("usual", changed={"names": ["王小明", "Wang Xiaoming"]}), design)
    assert pdf is not None
    with pikepdf.open(BytesIO(pdf)) as document:
        held = b"".join(o.read_bytes() for o in document.objects if isinstance(o, pikepdf.Stream))
        kept = str([o for o in document.objects if not isinstance(o, pikepdf.Stream)])
    assert "王".encode("utf-16-be").hex() in held.decode("latin-1")
    for character in "龘鑫垚":
        assert character.encode("utf-16-be").hex() not in held.decode("latin-1")
        assert character not in kept


def test_a_kind_is_compiled_when_it_is_asked_for_again() -> None:
    design = other_than_packaged("seen twice")
    assert fast(sample("usual"), design, worth_it=2) is None
    assert fast(sample("usual"), design, worth_it=2) is not None


@pytest.mark.parametrize(
    "asked",
    [
        "{% if name.text == '欧阳雨泽' %}!{% endif %}",
        "{{ name.text|upper }}",
        "{{ name.text[:2] }}",
        "{% for letter in name.text %}{{ letter }}{% endfor %}",
        "{{ name.text|replace('欧', '') }}",
        "{{ name.text|length }}",
        "{{ phrase([name])|replace('欧', '') }}",
        "{{ phrase([name])|upper }}",
        "{{ name.text ~ name.text }}",
        "<span style='text-transform:uppercase'>{{ wording.name[1].text }}</span>",
    ],
    ids=(
        "compares",
        "changes case",
        "cuts",
        "spells",
        "replaces",
        "counts",
        "replaces later",
        "changes case later",
        "says it twice",
        "sets it in capitals",
    ),
)
def test_a_design_that_asks_more_of_a_name_is_left_to_the_layout_engine(asked: str) -> None:
    design = other_than_packaged("asks", ("<h2>", f"{{% for name in wording.name[:1] %}}{asked}{{% endfor %}}<h2>"))
    assert fast(sample("usual"), design) is None
    assert laid_out(sample("usual"), design).startswith(b"%PDF")


LABEL, NAME, HEAD = "<li>{{ phrase(fact.labels) }} <", 'said("p", name, "name", "roman"', "{{ head() }}"


@pytest.mark.parametrize(
    "change",
    [
        (NAME, 'said("h3", name, "name", "roman"'),
        (LABEL, '<li><span style="opacity:.5">{{ phrase(fact.labels) }}</span> <'),
        (LABEL, '<li><a href="https://example.org">{{ phrase(fact.labels) }}</a> <'),
        (HEAD, HEAD + "<style>@page { @bottom-left { content: 'Issued {{ issued }}' } }</style>"),
        ('<div class="qr">', '<p>{{ verify_url }}</p><div class="qr">'),
        ('<div class="qr">', '<a href="{{ verify_url }}?lang=en">English</a><div class="qr">'),
        ('<div class="qr">', '<style>a::after { content: attr(href) }</style><div class="qr">'),
    ],
    ids=(
        "has it in the outline",
        "moves what is drawn apart",
        "moves a link",
        "tells the day by its style sheet",
        "prints the address",
        "changes the address",
        "prints addresses by its style sheet",
    ),
)
def test_a_design_that_says_something_beside_its_pages_strokes_is_left_to_the_layout_engine(
    change: tuple[str, str],
) -> None:
    long = "Wilhelmina Alexandrowna Montgomery Featherstonehaugh-Bartholomew"
    design = other_than_packaged("beside", change)
    assert fast(sample("usual", changed={"names": [long, "Q"]}), design) is None
    assert fast(sample("usual"), design) is None
    assert laid_out(sample("usual"), design).startswith(b"%PDF")


def test_a_text_that_would_break_a_line_is_left_to_the_layout_engine() -> None:
    assert fast(sample("hardest"), packaged(CLASSIC)) is None


def test_a_certificate_as_wide_as_no_probe_is_left_to_the_layout_engine() -> None:
    design = packaged(CLASSIC)
    assert fast(sample("usual", changed={"score": "88"}), design)
    assert fast(sample("usual", changed={"score": "888888888888"}), design) is None or not [
        each for each in compared(CLASSIC, "bilingual", [("王芳", "Wang Fang")]) if each.differing
    ]


def other_than_packaged(name: str, change: tuple[str, str] = ("", "")) -> Design:
    """The classic design with another name, and one change to its template."""
    classic = packaged(CLASSIC)
    files = dict(classic.files)
    if change[0]:
        text = files["certificate.html"].decode()
        assert text.count(change[0]) == 1
        files["certificate.html"] = text.replace(*change).encode()
    return read_design(f"classic, {name}", files)


def test_a_logo_is_compiled_too() -> None:
    logo = BytesIO()
    Image.effect_noise((200, 80), 60).convert("RGB").save(logo, "PNG")
    brand = Brand(logo=logo.getvalue())
    pdf = fast(sample("usual"), packaged(CLASSIC), brand=brand)
    assert pdf is not None
    assert [failures(pdf, flavour) for flavour in FLAVOURS] == [[], []]
