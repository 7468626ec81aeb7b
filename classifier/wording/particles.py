"""Korean particles by the sound that comes before them.

A Korean sentence with a name in it needs another particle after a consonant than after a vowel:
"미니멀이 앞서요", but "빈티지가 앞서요". Translations write both, `%(style)s이(가)`, and
`particles` leaves the one that fits the word in front. Where nobody can say how a word is read
aloud (a name in Latin letters, say), both stay, as Koreans write it then.
"""

import re
from enum import Enum


class Sound(Enum):
    """What a word ends with when it is read aloud."""

    VOWEL = "vowel"
    RIEUL = "ㄹ"
    CONSONANT = "consonant"


_PAIRS = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "이에요(예요)": ("이에요", "예요"),
}
"""What translations write: what comes after a consonant, and after a vowel."""

_MARK = re.compile("|".join(re.escape(mark) for mark in _PAIRS))
_BEHIND_THE_WORD = re.compile(r"(?:<[^<>]*>|&[#\w]+;|[\s\"'’”)\]`])+$")
_FIRST_SYLLABLE, _LAST_SYLLABLE = "가", "힣"
_FINALS, _RIEUL = 28, 8
"""Final consonants of a syllable block, none included; and which of them is ㄹ (Unicode, 3.12)."""

_DIGITS = {
    **dict.fromkeys("2459", Sound.VOWEL),  # 이, 사, 오, 구
    **dict.fromkeys("178", Sound.RIEUL),  # 일, 칠, 팔
    **dict.fromkeys("036", Sound.CONSONANT),  # 영 (and 십, 백, 천, 만), 삼, 육
}
_LETTERS = {"L": Sound.RIEUL, "R": Sound.RIEUL, "M": Sound.CONSONANT, "N": Sound.CONSONANT}
"""Letters of an abbreviation whose Korean name ends with a consonant: 엘, 알, 엠, 엔."""
_ABBREVIATION = re.compile(r"(?<![A-Za-z])[A-Z]+$")


def particles(text: str) -> str:
    """The text with one particle where it offers two, chosen by the word in front of each."""
    parts, end = [], 0
    for mark in _MARK.finditer(text):
        parts.append(text[end : mark.start()])
        parts.append(_chosen(mark.group(), sound("".join(parts))))
        end = mark.end()
    return "".join(parts) + text[end:] if parts else text


def sound(text: str) -> Sound | None:
    """How the last word sounds at its end; None where that cannot be told from its letters."""
    word = _BEHIND_THE_WORD.sub("", text)
    last = word[-1:]
    if _FIRST_SYLLABLE <= last <= _LAST_SYLLABLE:
        final = (ord(last) - ord(_FIRST_SYLLABLE)) % _FINALS
        if final == _RIEUL:
            return Sound.RIEUL
        return Sound.CONSONANT if final else Sound.VOWEL
    if last == "%":
        return Sound.VOWEL  # 퍼센트
    if last in _DIGITS:
        return _DIGITS[last]
    if _ABBREVIATION.search(word):
        return _LETTERS.get(last, Sound.VOWEL)
    return None


def _chosen(mark: str, before: Sound | None) -> str:
    after_consonant, after_vowel = _PAIRS[mark]
    if before is None:
        return mark
    if before is Sound.RIEUL and mark == "(으)로":
        return after_vowel
    return after_vowel if before is Sound.VOWEL else after_consonant
