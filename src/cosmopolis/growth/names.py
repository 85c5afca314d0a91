"""Invented names in Chinese with their English."""

from __future__ import annotations

from numpy.random import Generator

FIRST = {
    "新": "Xin", "嘉": "Jia", "墨": "Mo", "昌": "Chang", "和": "He", "泰": "Tai", "宁": "Ning", "锦": "Jin",
    "安": "An", "博": "Bo", "曹": "Cao", "春": "Chun", "德": "De", "枫": "Feng", "富": "Fu", "古": "Gu",
    "桂": "Gui", "海": "Hai", "翰": "Han", "虹": "Hong", "华": "Hua", "景": "Jing", "兰": "Lan", "梅": "Mei",
    "米": "Mi", "南": "Nan", "平": "Ping", "清": "Qing", "瑞": "Rui", "尚": "Shang", "松": "Song", "塔": "Ta",
    "望": "Wang", "文": "Wen", "溪": "Xi", "杏": "Xing", "学": "Xue", "雅": "Ya", "银": "Yin", "云": "Yun",
    "竹": "Zhu", "紫": "Zi", "翠": "Cui", "荷": "He", "鹤": "He", "金": "Jin", "柳": "Liu", "龙": "Long",
}  # fmt: skip
SECOND = {
    "亭": "ting", "泉": "quan", "源": "yuan", "浦": "pu", "园": "yuan", "溪": "xi", "林": "lin", "桥": "qiao",
    "川": "chuan", "塘": "tang", "湾": "wan", "坊": "fang", "康": "kang", "盛": "sheng", "祥": "xiang", "乐": "le",
    "山": "shan", "石": "shi", "水": "shui", "田": "tian", "苑": "yuan", "江": "jiang", "丰": "feng", "达": "da",
    "陵": "ling", "波": "bo", "辉": "hui", "庆": "qing", "仁": "ren", "业": "ye", "洲": "zhou", "屏": "ping",
}  # fmt: skip
SUFFIX = {"大道": "Avenue", "路": "Road", "街": "Street", "弄": "Lane", "巷": "Alley"}

ESTATES = (("花园", "Garden"), ("新村", "New Village"), ("苑", "Court"), ("家园", "Homes"), ("名邸", "Residence"),
           ("佳苑", "Court"), ("雅居", "Place"), ("公馆", "Mansion"))  # fmt: skip


def halves(name: str) -> tuple[str, str]:
    """The Chinese and the English of a street's name."""
    chinese, _, english = name.partition(" ")
    return chinese, english


class Names:
    """Gives each thing a name of its own."""

    def __init__(self, rng: Generator) -> None:
        pairs = [(a, b) for a in FIRST for b in SECOND]
        self._pairs = [pairs[int(k)] for k in rng.permutation(len(pairs))]
        self._next = 0

    def pair(self) -> tuple[str, str]:
        """Two characters and their pinyin, e.g. ("墨泉", "Moquan")."""
        round_, k = divmod(self._next, len(self._pairs))
        self._next += 1
        a, b = self._pairs[k]
        more = ["", "东", "西", "南", "北"][round_ % 5]
        word = ["", "East ", "West ", "South ", "North "][round_ % 5]
        return f"{a}{b}{more}", f"{word}{FIRST[a]}{SECOND[b]}"

    def street(self, suffix: str = "路") -> str:
        chinese, english = self.pair()
        return f"{chinese}{suffix} {english} {SUFFIX[suffix]}"

    def numbered(self, chinese: str, english: str) -> tuple[str, str]:
        """A house named after its quarter: ("墨泉幼儿园", "Moquan Kindergarten")."""
        a, b = self.pair()
        return f"{a}{chinese}", f"{b} {english}"

    def school(self, n: int) -> tuple[str, str]:
        return (
            self.numbered("中学", "Middle School") if n % 2 == 0 else self.numbered("小学", "Primary School")
        )

    def estate(self, rng: Generator) -> tuple[str, str]:
        """A housing compound."""
        tail = ESTATES[int(rng.integers(len(ESTATES)))]
        return self.numbered(*tail)
