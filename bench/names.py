"""Names as a national platform has them, made up: Chinese, of other peoples of China, and of other scripts."""

import random

__all__ = ["names"]

WORDS = {
    "surname": "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 "
    "萧 欧阳 司马 上官 诸葛",
    "given": "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀 霞 平 刚 桂 英 华 玉 兰 梓 涵 浩 宇 "
    "欣 怡 雨 泽 子 轩 诗 琪 一 诺 佳 慧 思 远 嘉 懿 鑫 淼 垚 喆 翀 璟 瑄 琬 甯",
    "minority": "阿依古丽 麦麦提 古丽娜尔 买买提 艾力 吐尔逊 热依汗 扎西 多吉 卓玛 次仁 拉姆 旦增 巴特尔 乌兰 其其格 娜仁",
    "pinyin": "Wang Li Zhang Ouyang Sima Yuze Xiaoming Haoran Zixuan Lǚ Nǚ Aygul Tashi Dorje",
    "latin": "José Müller Łukasz Şule Željko Ångström Dvořák François Nuñez Østergård Ğülşen Zoë Čapek Maria Smith",
    "vietnamese": "Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Hồ Thị Văn Ngọc Hữu Minh Đức Phương Thảo Quỳnh",
}
OF_A_HUNDRED = {"chinese": 80, "minority": 8, "pinyin": 4, "latin": 4, "vietnamese": 4}


def names(count: int) -> list[str]:
    """So many names, always the same: 80 in 100 of two to four Chinese characters."""
    chance = random.Random(2026)  # noqa: S311, no secret
    return [_name(chance, kind) for kind in chance.choices(*zip(*OF_A_HUNDRED.items(), strict=True), k=count)]


def _name(chance: random.Random, kind: str) -> str:
    if kind == "chinese":
        given = chance.choices(WORDS["given"].split(), k=chance.choice((1, 2, 2)))
        return chance.choice(WORDS["surname"].split()) + "".join(given)
    parts = chance.sample(WORDS[kind].split(), 3 if kind == "vietnamese" else 2)
    return ("·" if kind == "minority" else " ").join(parts)
