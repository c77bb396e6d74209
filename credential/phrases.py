"""The fixed phrases of every certificate, in every language that one can be read in. They are ours; all else is signed."""

from collections.abc import Mapping

__all__ = ["BILINGUAL", "LANGUAGES", "MONTHS", "PHRASES", "RENDITIONS", "TITLES"]

LANGUAGES = ("zh-Hans", "zh-Hant", "en")

# The forms in which a certificate can be read: the languages of each, the main one first.
BILINGUAL = "bilingual"  # what is given where nothing is asked for
RENDITIONS: Mapping[str, tuple[str, ...]] = {
    BILINGUAL: ("zh-Hans", "en"),
    "zh-Hans": ("zh-Hans",),
    "zh-Hant": ("zh-Hant",),
    "en": ("en",),
}

Phrase = Mapping[str, str]


def _phrase(simplified: str, traditional: str, english: str) -> Phrase:
    return dict(zip(LANGUAGES, (simplified, traditional, english), strict=True))


PHRASES: Mapping[str, Phrase] = {
    "certifies": _phrase("兹证明", "茲證明", "This certifies that"),
    "completed": _phrase("已完成全部课程并通过考核", "已完成全部課程並通過考核", "has completed and passed"),
    "attained": _phrase("经考核，达到以下技能等级", "經考核，達到以下技能等級", "has been assessed and has attained"),
    "code": _phrase("证书编号", "證書編號", "No."),
    "check": _phrase("扫码核验，请认准", "掃碼核驗，請認準", "Scan, and trust only"),
    "hours": _phrase("学时", "學時", "Hours"),
    "score": _phrase("成绩", "成績", "Score"),
    "level": _phrase("等级", "等級", "Level"),
    "credits": _phrase("学分", "學分", "Credits"),
    "issued": _phrase("颁发日期", "頒發日期", "Issued"),
    "expires": _phrase("有效期至", "有效期至", "Valid until"),
    "period": _phrase("学习时间", "學習時間", "Studied"),
    "transcript": _phrase("课程成绩", "課程成績", "Transcript"),
    "skills": _phrase("所获技能", "所獲技能", "Skills"),
    "partners": _phrase("联合颁发", "聯合頒發", "Issued jointly with"),
}
COMPLETION = _phrase("结业证书", "結業證書", "Certificate of Completion")
CERTIFICATE = _phrase("证书", "證書", "Certificate")
TITLES: Mapping[str, Phrase] = {
    "MicroCredential": COMPLETION,
    "CertificateOfCompletion": COMPLETION,
    "Course": _phrase("课程证书", "課程證書", "Course Certificate"),
    "Certificate": CERTIFICATE,
    "ext:SkillLevel": _phrase("技能等级证书", "技能等級證書", "Certificate of Skill Level"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
