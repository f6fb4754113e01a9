"""Names of many countries, in the forms in which people write them."""

from random import Random

import sources
import vocabulary

_LATIN_LAST_FIRST = {"hu_HU", "vi_VN"}
_WEIGHTS = {"en_US": 10, "en_GB": 6, "en": 4, "en_IE": 2, "en_IN": 3, "en_NG": 2, "es_ES": 3,
            "es_MX": 3, "de_DE": 4, "fr_FR": 4, "it_IT": 3, "pt_BR": 3, "ru_RU": 3}  # fmt: skip
_ENGLISH = {"us", "en", "en_US", "en_GB", "en_IE", "en_NZ"}
_PARTICLES = "van|van der|von|de|de la|del|di|da|O'|Mc|Al-|al-|bin|El |D'|ter|Le |du|dos|St. "
_PINYIN = "Wei Xiu Ying Hao Jun Ming Li Na Fang Lei Qiang Yang Tao Min Jing Yan Xin Hui Bo Chen"
_CHINESE = "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo"
_KOREAN = "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Seo Kwon Hwang Ahn Song Ryu"
_KOREAN_GIVEN = "Min-jun Seo-yeon Ji-hoon Ha-eun Joon-ho Soo-jin Hye-jin Dong-hyun Ji-woo Yoo-na"
_JAPANESE = "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida"
_JAPANESE_GIVEN = "Haruto Yuki Sakura Hiroshi Kenji Akiko Naoki Yumi Takeshi Ayumi Daisuke Emi"
_ARABIC = "Al-Masri Al-Farsi al-Hashimi El-Sayed Abu-Bakr bin Saleh ibn Rashid Haddad Khoury Nasser"
_ARABIC_GIVEN = "Mohammed Fatima Omar Layla Youssef Aisha Khalid Noor Tariq Zainab Hassan Amal"


class Names:  # noqa: D101 - see the module
    def __init__(self, random: Random) -> None:
        given, family = sources.faker_names()
        ours = (
            ("zh_latin", _PINYIN, _CHINESE),
            ("ko_latin", _KOREAN_GIVEN, _KOREAN),
            ("ja_latin", _JAPANESE_GIVEN, _JAPANESE),
            ("ar_latin", _ARABIC_GIVEN, _ARABIC),
        )
        for locale, first, last in ours:
            given[locale] = set(first.split())
            family[locale] = set(last.split())
        us_given, us_family = sources.census()
        given["us"], family["us"] = set(us_given[:2500]), set(us_family[:12000])
        self._random = random
        self._frequent = us_given[:400], us_family[:600]
        self._given = {k: sorted(filter(_usable, v)) for k, v in given.items()}
        self._family = {k: sorted(filter(_usable, v)) for k, v in family.items()}
        skip = {"ja_JP", "ko_KR", "zh_CN", "zh_TW", "th_TH"}  # found by other means
        self.locales = sorted(
            k for k in self._given if self._family.get(k) and self._given[k] and k not in skip
        )
        self._weights = [_WEIGHTS.get(k, 15 if k == "us" else 1) for k in self.locales]
        self.locale = "us"

    def move(self) -> None:
        """Go to another country."""
        (self.locale,) = self._random.choices(self.locales, self._weights)

    def move_to(self, locales: str) -> None:
        """Go to one of these countries."""
        self.locale = self._random.choice([k for k in locales.split() if k in self.locales])

    def _english(self) -> bool:
        """Whether to take one of the names that every other person has."""
        return self.locale in _ENGLISH and self._random.random() < 0.4  # noqa: PLR2004

    def first(self) -> str:
        """Return a given name."""
        if self._english():
            return self._random.choice(self._frequent[0])
        return _tidy(self._random.choice(self._given[self.locale]))

    def last(self) -> str:
        """Return a family name."""
        if self._english():
            return self._random.choice(self._frequent[1])
        name = _tidy(self._random.choice(self._family[self.locale]))
        roll = self._random.random()
        if name.isascii() and roll < 0.07:  # noqa: PLR2004
            particle = self._random.choice(_PARTICLES.split("|"))
            joint = "" if particle[-1] in "'-c " else " "
            name = particle + joint + name
        elif roll < 0.11:  # noqa: PLR2004
            name += "-" + _tidy(self._random.choice(self._family[self.locale]))
        return name

    def full(self) -> str:
        """Return a whole name, in one of the forms in which it is written."""
        first, last = self.first(), self.last()
        initial = self._random.choice("ABCDEFGHJKLMNPRSTVW")
        if self.locale in _LATIN_LAST_FIRST and self._random.random() < 0.6:  # noqa: PLR2004
            return f"{last} {first}"
        forms = (
            (60, f"{first} {last}"),
            (7, f"{first} {initial}. {last}"),
            (7, f"{first} {initial} {last}"),
            (4, f"{first[0]}. {last}"),
            (1, f"{first[0]}. {initial}. {last}"),
            (1, f"{first[0]}.{initial}. {last}"),
            (4, f"{first} {self.first()} {last}"),
            (3, f"{first} {last} {_tidy(self._random.choice(self._family[self.locale]))}"),
            (2, f"{first}-{self.first()} {last}"),
            (3, f"{last} {first}"),
            (2, f"{last}, {first}"),
            (1, f"{last.upper()} {first}"),
            (1, f"{last.upper()}, {first}"),
            (2, f"{last.upper()}, {first.upper()}"),
            (1, f"{first} {last.upper()}"),
            (1, f"{first} {initial}."),
        )
        (form,) = self._random.choices([f for _, f in forms], [w for w, _ in forms])
        return form

    def any(self) -> str:
        """Return a whole name, or a part of one."""
        roll = self._random.random()
        return self.full() if roll < 0.55 else self.first() if roll < 0.85 else self.last()  # noqa: PLR2004


def _usable(name: str) -> bool:
    return len(name) > 1 and name.lower() not in vocabulary.PARTICLES and len(name) < 30  # noqa: PLR2004


def _tidy(name: str) -> str:
    return name.title() if name.isupper() and len(name) > 3 else name  # noqa: PLR2004
