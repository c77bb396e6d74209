"""Learners: such as a platform has, and such as nobody hoped for."""

from random import Random

from bench.names import names

__all__ = ["AWKWARD", "realistic"]

# Ligatures, kerning, signs, many words, rare ideographs, faces that change, alphabets, joining letters, lines that break.
AWKWARD = (
    ("王㛃", None), ("𠮷野家", None), ("𰻝面", "Biáng Biáng"), ("赵喆", "Zhao Zhe"), ("龘龘龘龘龘龘", "Da"),
    ("司马相如", "Sima Xiangru"), ("阿依古丽·麦麦提", "Aygul Memet"),
    ("买买提·吐尔逊·阿卜杜热合曼", "Memet Tursun"), ("一", None), ("欧阳娜娜", "W"), ("To Ta Yo AV", None),
    ("Office fi ffl", None), ("O’Neill-Ångström Jr.", None), ("J. R. R. Tolkien", None), ("iiiiii", None),
    ("WWWWWWWWWWWWWW MMMMMMMM", None), ("Nguyễn Thị Hồng Nhung", None), ("Ðặng Ỹ Ợ", None),
    ("Иван Петрович", None), ("Αλέξανδρος Παπαδόπουλος", None), ("محمد", "Muhammad"), ("བཀྲ་ཤིས", None),
    ("प्रिया", "Priya"), ("王 芳", "Wang, Fang"), ("陈Chen", None), ("李 3世", None),
    ("Wolfeschlegelsteinhausenbergerdorff-Schmidt", None),
    ("阿卜杜热依木江·买买提艾力·图尔荪托合提·阿卜杜克热木", "A"), ("Éé Èè Êê Ëë Ȩȩ", None), ("Ḿḿ Ǹǹ", None),
    ("(王芳)", None), ("王芳 (Fang)", "“Fang”"), ("№ 5", None),
)  # fmt: skip


def realistic(count: int) -> list[tuple[str, str | None]]:
    """So many names, each but a few with a romanised one."""
    random = Random(count)
    romanised = [name for name in names(9 * count) if name.isascii()]
    return [(name, random.choice(romanised) if random.random() < 0.8 else None) for name in names(count)]
