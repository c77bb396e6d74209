# ruff: noqa: E501
"""Names of learners: such as a platform has, and such as nobody hoped for."""

from random import Random

__all__ = ["AWKWARD", "realistic"]

FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "皇甫", "令狐", "慕容", "东方")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏飞宇晨浩轩梓涵欣怡雨泽子墨思远嘉懿彤楠睿博文俊峰雪婷琳佳颖倩慧玲珊瑶琪璐莹菲蕾翠芸茜岚旭昊煜炜烨熠焱淼鑫喆赟翀璟珺玥瑾瑜琰璇玺"
PINYIN = (
    "Wang",
    "Li",
    "Zhang",
    "Liu",
    "Chen",
    "Yang",
    "Huang",
    "Zhao",
    "Wu",
    "Zhou",
    "Xu",
    "Sun",
    "Ouyang",
    "Lü",
    "Qiu",
)
SYLLABLES = (
    "yu",
    "ze",
    "jing",
    "yi",
    "wen",
    "hao",
    "xin",
    "lei",
    "mei",
    "hua",
    "ling",
    "qiang",
    "shuang",
    "zhuo",
    "lü",
    "an",
)
UYGHUR = (
    "阿卜杜热依木",
    "买买提",
    "古丽巴哈尔",
    "艾尔肯",
    "吐尔逊",
    "热孜万古丽",
    "努尔艾合买提",
    "阿依夏木",
    "麦麦提",
    "图尔荪",
)
UYGHUR_LATIN = (
    "Abdurehim",
    "Memet",
    "Gülbahar",
    "Erkin",
    "Tursun",
    "Rizwangül",
    "Nurehmet",
    "Ayshem",
    "Ehmet",
    "Tohti",
)
TIBETAN = ("扎西", "卓玛", "次仁", "达瓦", "平措", "央金", "多吉", "拉姆", "格桑", "旺堆")
TIBETAN_LATIN = ("Tashi", "Dolma", "Tsering", "Dawa", "Phuntsok", "Yangchen", "Dorje", "Lhamo", "Kelsang", "Wangdu")
VIETNAMESE = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
VIETNAMESE_GIVEN = ("Văn An", "Thị Hồng", "Minh Đức", "Quốc Bảo", "Thùy Linh", "Hữu Phước", "Ngọc Ánh", "Xuân Trường")
LATIN = (
    "José Álvarez", "Łukasz Wiśniewski", "Zoë Müller", "François Lefèvre", "Søren Østergård", "Dvořák Jiří", "Gökçe Yılmaz",
    "Ștefan Țăranu", "Siân O’Brien", "Anna-Lena Groß", "Ágnes Szőke", "Ana Muñoz", "Þór Jónsson", "Jean-Luc D’Arcy",
)  # fmt: skip
# Ligatures, kerning, signs, many words, rare ideographs, faces that change, alphabets, joining letters, lines that break.
AWKWARD = (
    ("王㛃", None), ("𠮷野家", None), ("𰻝面", "Biáng Biáng"), ("赵喆", "Zhao Zhe"), ("龘龘龘龘龘龘", "Da"), ("司马相如", "Sima Xiangru"),
    ("阿依古丽·麦麦提", "Aygul Memet"), ("买买提·吐尔逊·阿卜杜热合曼", "Memet Tursun"), ("一", None), ("欧阳娜娜", "W"),
    ("To Ta Yo AV", None), ("Office fi ffl", None), ("O’Neill-Ångström Jr.", None), ("J. R. R. Tolkien", None), ("iiiiii", None),
    ("WWWWWWWWWWWWWW MMMMMMMM", None), ("Nguyễn Thị Hồng Nhung", None), ("Ðặng Ỹ Ợ", None), ("Иван Петрович", None),
    ("Αλέξανδρος Παπαδόπουλος", None), ("محمد", "Muhammad"), ("བཀྲ་ཤིས", None), ("प्रिया", "Priya"), ("王 芳", "Wang, Fang"),
    ("陈Chen", None), ("李 3世", None), ("Wolfeschlegelsteinhausenbergerdorff-Schmidt", None), ("阿卜杜热依木江·买买提艾力·图尔荪托合提·阿卜杜克热木", "A"),
    ("Éé Èè Êê Ëë Ȩȩ", None), ("Ḿḿ Ǹǹ", None), ("(王芳)", None), ("王芳 (Fang)", "“Fang”"), ("№ 5", None),
)  # fmt: skip


def realistic(random: Random) -> tuple[str, str | None]:
    """A name and, mostly, a romanised one, in shares that a platform in China could have."""
    kind = random.choices(("han", "uyghur", "tibetan", "vietnamese", "latin"), (86, 5, 4, 2, 3))[0]
    if kind == "han":
        family = random.choice(COMPOUND) if random.random() < 0.03 else random.choice(FAMILIES)
        given = "".join(random.choices(GIVEN, k=random.choices((1, 2, 3), (15, 84, 1))[0]))
        latin = f"{random.choice(PINYIN)} {''.join(random.choices(SYLLABLES, k=len(given))).capitalize()}"
        return family + given, latin if random.random() < 0.8 else None
    if kind == "latin":
        return random.choice(LATIN), None
    if kind == "vietnamese":
        return f"{random.choice(VIETNAMESE)} {random.choice(VIETNAMESE_GIVEN)}", None
    names, romanised = (UYGHUR, UYGHUR_LATIN) if kind == "uyghur" else (TIBETAN, TIBETAN_LATIN)
    first, second = random.sample(range(len(names)), 2)
    between = "·" if kind == "uyghur" else ""
    return f"{names[first]}{between}{names[second]}", f"{romanised[first]} {romanised[second]}"
