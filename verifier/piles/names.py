"""Whose certificate it is said to be, and whether that is one of the names that were signed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["is_one_of", "name_in", "same_name"]

# What people write between the parts of a name, or leave out: spaces, hyphens, apostrophes, the middle dots of keyboards.
BETWEEN = re.compile(r"[\s\ufeff\-‐‑'’.·•‧・･∙⋅]+")
DOTS = re.compile(r"[·•‧・･∙⋅]")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
WORDS = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
# What stands beside a name in the name of a file.
NOT_NAMES = re.compile(
    "微专业|微專業|微证书|微證書|毕业证书?|畢業證書?|学位证书?|學位證書?|结业证书?|結業證書?|证书|證書|证明|證明|成绩单?|成績單?"
    "|简历|簡歷|履歷|毕业|畢業|结业|結業|学位|學位|学历|學歷|文凭|文憑|复印件|影本|扫描件?|掃描檔?|照片|图片|圖片|截图|截圖"
    "|原件|附件|副本|材料|文件|檔案|应聘|應聘|申请|申請|最终版?|最終版?|的"
)
# The commonest, which are those of more than nine in ten; what does not begin with one is not taken for a name.
SURNAME = re.compile(
    "[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖蕭萧田董潘袁蔡蒋蔣余于"
    "杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱丘侯江尹薛闫閆阎閻段雷龙龍黎史陶贺賀"
    "毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常汤湯康易乔喬赖賴文施洪季庄莊柯阮翁欧歐倪左齐齊岳章樊鲁魯申]"
    "|上官|东方|東方|司马|司馬|司徒|诸葛|諸葛|皇甫|尉迟|尉遲|公孙|公孫|慕容|宇文|长孙|長孫"
)


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one name: after NFKC, without case, spaces and middle dots; in two scripts, in either."""
    return bool(_spellings(one or "") & _spellings(other or ""))


def is_one_of(name: str, signed: Iterable[str]) -> bool:
    """Whether a name is one of those that were signed, which are several where it was signed in two scripts."""
    return any(same_name(name, each) for each in signed)


def name_in(label: str, signed: Sequence[str]) -> str | None:
    """The name in the name of a file, else in that of its folder: 张三.pdf, 张三_证书.pdf, 张三/证书.pdf.

    A name that was signed is found in any script. What else could be one is only told in Chinese characters: two to four
    that begin with a surname. None where there is none, and so nothing to compare.
    """
    *folders, own = label.split("/")
    places = [own.rpartition(".")[0] or own, *folders[-1:]]
    return next((name for place in places for name in _named(place, signed)), None)


def _named(place: str, signed: Sequence[str]) -> Iterator[str]:
    text = DOTS.sub("", unicodedata.normalize("NFKC", place))
    runs = HAN.findall(NOT_NAMES.sub(" ", text))
    whole = {*HAN.findall(text), *runs}  # a name may have such a word in it
    words = [word.casefold() for word in WORDS.findall(text)]
    for name in signed:
        if "".join(HAN.findall(DOTS.sub("", unicodedata.normalize("NFKC", name)))) in whole or _stands_in(name, words):
            yield name
    yield from (run for run in runs if 2 <= len(run) <= 4 and SURNAME.match(run))


def _stands_in(name: str, words: list[str]) -> bool:
    """Whether the words of a name in letters follow each other."""
    sought = [word.casefold() for word in WORDS.findall(unicodedata.normalize("NFKC", name))]
    return bool(sought) and any(words[at : at + len(sought)] == sought for at in range(len(words)))


def _spellings(name: str) -> set[str]:
    whole = unicodedata.normalize("NFKC", name)
    han = _plain("".join(HAN.findall(DOTS.sub("", whole))))
    letters = _plain(" ".join(WORDS.findall(whole)))
    return set(filter(None, (_plain(whole), *((han, letters) if han and letters else ()))))


def _plain(name: str) -> str:
    return BETWEEN.sub("", unicodedata.normalize("NFKC", name)).casefold()
