"""Names in Chinese, Japanese and Korean script, which writes no spaces and no capitals.

Found by what follows or comes before them, with a family name that the lists know, or as a
known family name with a known given name. All patterns are bounded, so time stays linear.
"""

import re
from itertools import islice

import numpy as np
import numpy.typing as npt

from scarline.privacy.names import lists
from scarline.privacy.names.tokens import IDEOGRAPH, Tokens

_HAN = "[\u3400-\u9fff\u3005]"
_KATAKANA = "[\u30a1-\u30fa\u30fc]"
_HANGUL = "[\uac00-\ud7a3]"

_HONOURED = re.compile(
    rf"(?P<name>{_HAN}{{2,5}}|{_KATAKANA}{{2,8}})(?=様|さん|さま|くん|ちゃん|殿)"
    rf"|(?P<called>{_HAN}{{1,4}}?)(?=先生|女士|小姐|氏)"
    rf"|(?<!{_HANGUL})(?P<korean>{_HANGUL}{{2,4}}?)(?= ?(?:씨|님|선생님|고객님))"
)
_INTRODUCED = re.compile(
    rf"(?:姓名|氏名|お?名前|名字|联系人|聯絡人|客户|客戶|收件人|担当者?|患者|이름|성명|고객명|담당자)"
    rf"(?:[:\uff1aは是은는]|は、) ?(?P<name>{_HAN}{{2,4}}(?: {_HAN}{{1,3}})?|{_HANGUL}{{2,4}})"
    rf"|(?:我叫|我的名字是|我是|私は|わたしは|僕は)(?P<self>{_HAN}{{2,4}}(?: {_HAN}{{1,3}})?)"
    rf"|(?:저는|제 이름은|나는) ?(?P<korean>{_HANGUL}{{2,4}}?)(?=입니다|이라고|라고|이에요|예요)"
    rf"|(?P<humble>{_HAN}{{2,4}}(?: {_HAN}{{1,3}})?)(?=と申します|といいます|と言います)"
)

# People by what they are, not by name.
_ROLES = """
患者 会員 業者 店員 職員 社員 皆 客 奥 担当者 関係者 利用者 保護者 会社 御客 取引先 母 父 兄 姉
オーナー ユーザー スタッフ メンバー ゲスト ドクター 谢谢 先生
고객 손님 사장 회원 교수 대표 팀장 부모 선생 기사 사용자 관리자
"""
_NOBODY = frozenset(_ROLES.split())
_FIRST_HANGUL = 0xAC00
_LONGEST = 3  # letters of a family or of a given name

BUDGET = 20_000
"""Cues of one kind that are looked at in one text."""


def east_asian(text: str, tokens: Tokens) -> list[tuple[int, int]]:
    """Return where a text names a person in one of these scripts; stretches may overlap."""
    families = _lengths(tokens, lists.FAMILY)
    found = _whole_names(tokens, families)
    for pattern in (_HONOURED, _INTRODUCED):
        for match in islice(pattern.finditer(text), BUDGET):
            kind = str(match.lastgroup)
            start, end = match.span(kind)
            if text[start:end] in _NOBODY:
                continue
            if kind in {"called", "korean", "self"}:  # too common without a family name
                known = np.flatnonzero(families[start:end])
                if not len(known):
                    continue
                start += int(known[0])
            found.append((start, end))
    return found


def _lengths(tokens: Tokens, kind: int) -> npt.NDArray[np.uint8]:
    """Return for each character the length of the longest such name that begins there, or 0."""
    longest = np.zeros(len(tokens.kinds), np.uint8)
    letters = np.flatnonzero(tokens.kinds == IDEOGRAPH)
    for size in range(1, _LONGEST + 1):
        starts = letters[letters + size <= len(longest)]
        starts = starts[tokens.kinds[starts + size - 1] == IDEOGRAPH]
        hashes = lists.stretch_hashes(tokens.sums, starts, starts + size)
        longest[starts[(lists.words().look_up(hashes) & kind) > 0]] = size
    return longest


def _whole_names(tokens: Tokens, families: npt.NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Return where a family name is followed by a given name; one of these has two letters."""
    given = _lengths(tokens, lists.GIVEN)
    starts = np.flatnonzero(families)
    # Korean writes blanks: a name begins there.
    korean = tokens.folds[starts] >= _FIRST_HANGUL
    begins = tokens.kinds[np.maximum(starts - 1, 0)] != IDEOGRAPH
    starts = starts[~korean | begins | (starts == 0)]
    middles = starts + families[starts]
    last = len(given) - 1
    blank = tokens.folds[np.minimum(middles, last)] == ord(" ")
    middles = np.minimum(middles + blank, last)
    sizes = given[middles]
    whole = (sizes > 0) & ((sizes > 1) | (families[starts] > 1))
    ends = middles + sizes
    return list(zip(starts[whole].tolist(), ends[whole].tolist(), strict=True))
