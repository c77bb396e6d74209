"""Hosts that are made to be taken for a known one are named as such, and ordinary hosts are not."""

import pytest

from verifier.directory import KnownHosts, resembles

NAMES = ("verify.weizheng.cn", "credentials.glimmer.edu.cn", "issuer.example", "badges.openlearn.org", "微证.example")
KNOWN = KnownHosts(NAMES)
ORDINARY = (
    "www.baidu.com", "weixin.qq.com", "mp.weixin.qq.com", "www.zhihu.com", "www.bilibili.com", "www.taobao.com",
    "www.jd.com", "github.com", "gitee.com", "www.icourse163.org", "www.xuetangx.com", "www.coursera.org",
    "www.edx.org", "www.futurelearn.com", "www.tsinghua.edu.cn", "www.pku.edu.cn", "www.fudan.edu.cn",
    "www.zju.edu.cn", "www.moe.gov.cn", "www.chsi.com.cn", "www.gov.cn", "www.weibo.com", "www.wechat.com",
    "www.weather.com.cn", "www.wiley.com", "www.google.com", "www.bing.com", "example.com", "example.org",
    "verify.example.org", "credentials.example.net", "badges.example.com", "www.linkedin.com", "www.credly.com",
    "www.accredible.com", "openbadges.org", "badgr.com", "www.imsglobal.org", "www.w3.org", "zh.wikipedia.org",
    "archive.org", "www.open.ac.uk", "www.ox.ac.uk", "mit.edu", "www.python.org", "glue.example", "slimmer.co.uk",
    "wei.cn", "zheng.cn", "微信.example", "127.0.0.1", "localhost", "",
)  # fmt: skip
ALIKE = {
    "an end hung on": ("verify.weizheng.cn.evil.com", "verify.weizheng.cn"),
    "an end hung on with a hyphen": ("verify.weizheng.cn-check.com", "verify.weizheng.cn"),
    "dots become hyphens": ("verify-weizheng-cn.evil.com", "verify.weizheng.cn"),
    "a hyphen for a dot": ("verify-weizheng.cn", "verify.weizheng.cn"),
    "a hyphen added": ("verify.wei-zheng.cn", "verify.weizheng.cn"),
    "another suffix": ("verify.weizheng.com", "verify.weizheng.cn"),
    "another suffix of two parts": ("verify.weizheng.com.cn", "verify.weizheng.cn"),
    "the name under another suffix": ("www.weizheng.net", "verify.weizheng.cn"),
    "the name with a word": ("weizheng-verify.example", "verify.weizheng.cn"),
    "the name with a word and no hyphen": ("weizhengcheck.top", "verify.weizheng.cn"),
    "the name as a label of another": ("glimmer.evil.com", "credentials.glimmer.edu.cn"),
    "1 for i": ("verify.we1zheng.cn", "verify.weizheng.cn"),
    "rn for m": ("glirnmer.edu.cn", "credentials.glimmer.edu.cn"),
    "vv for w": ("verify.vveizheng.cn", "verify.weizheng.cn"),
    "0 for o": ("badges.0penlearn.org", "badges.openlearn.org"),
    "Cyrillic е": ("verify.wеizheng.cn", "verify.weizheng.cn"),
    "Cyrillic е in punycode": ("verify.xn--wizheng-7gg.cn", "verify.weizheng.cn"),
    "Greek ο": ("badges.οpenlearn.org", "badges.openlearn.org"),
    "an accent": ("verify.wéizheng.cn", "verify.weizheng.cn"),
    "full width": ("verify.ｗeizheng.cn", "verify.weizheng.cn"),
    "a letter left out": ("verify.weizeng.cn", "verify.weizheng.cn"),
    "a letter changed": ("verify.weizhang.cn", "verify.weizheng.cn"),
    "two letters changed": ("verify.weishang.cn", "verify.weizheng.cn"),
    "neighbours exchanged": ("verify.wiezheng.cn", "verify.weizheng.cn"),
    "a letter changed in front": ("verlfy.weizheng.cn", "verify.weizheng.cn"),
    "of a common word, a letter changed": ("1ssuer.example", "issuer.example"),
    "a Chinese name under another suffix": ("微证.com", "微证.example"),
    "in capitals and with a dot at its end": ("VERIFY.WEIZHENG.COM.", "verify.weizheng.cn"),
}


@pytest.mark.parametrize(("host", "known"), ALIKE.values(), ids=ALIKE.keys())
def test_a_host_that_is_made_to_be_taken_for_a_known_one_is_named(host: str, known: str) -> None:
    assert resembles(host, KNOWN) == known


@pytest.mark.parametrize("host", ORDINARY)
def test_an_ordinary_host_looks_like_nothing(host: str) -> None:
    assert resembles(host, KNOWN) is None


@pytest.mark.parametrize("host", [*NAMES, "VERIFY.weizheng.cn.", "a.verify.weizheng.cn", "xn--g5t049g.example"])
def test_a_known_host_and_what_lies_under_it_look_like_nothing(host: str) -> None:
    assert resembles(host, KNOWN) is None


@pytest.mark.parametrize("host", ["www.weizheng.cn", "weizheng.cn", "shop.weizheng.cn", "glimmer.edu.cn"])
def test_another_host_of_the_same_owner_is_no_double(host: str) -> None:
    assert resembles(host, KNOWN) is None


@pytest.mark.parametrize(
    "host", ["xn--", "xn--\udcff.cn", ".", "..", "-", "a" * 100_000, "[::1]", "\x00.cn", "xn--99999999.cn"]
)
def test_what_is_no_host_looks_like_nothing_and_raises_nothing(host: str) -> None:
    assert resembles(host, KNOWN) is None
    assert resembles(host, KnownHosts([host, *NAMES])) is None
    assert resembles("github.com", KnownHosts([host]), KNOWN) is None


def test_among_many_known_hosts_those_are_found_that_each_would_be_found_alone() -> None:
    words = ("glimmen", "weizhong", "weizheng", "wiki", "openlearning", "example")
    names = [
        f"verify{n}.{word}{n % 7 or ''}.{end}" for n in range(12) for word in words for end in ("cn", "edu.cn", "org")
    ]
    alone = [(name, KnownHosts([name])) for name in (*names, *NAMES)]
    together = KnownHosts([*names, *NAMES])
    strangers = (*ORDINARY, *(host for host, _ in ALIKE.values()))
    found = {host: resembles(host, together) for host in strangers}
    one_by_one = {host: [name for name, known in alone if resembles(host, known)] for host in strangers}
    assert found == {host: min(likes, default=None) for host, likes in one_by_one.items()}
    assert len({*found.values()}) > 5


def test_a_host_under_our_own_looks_like_nothing_whatever_else_is_known() -> None:
    assert resembles("a.weizheng.com", KNOWN) == "verify.weizheng.cn"
    assert resembles("a.weizheng.com", KNOWN, KnownHosts(["weizheng.com"])) is None
