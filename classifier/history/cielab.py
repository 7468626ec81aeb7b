"""CIELAB, in which distance is close to what eyes see (CIE 15), from sRGB (IEC 61966-2-1) and back.

White is D65. Plain Python: pages name and mix colours, and need no NumPy for it.
"""

import math

Lab = tuple[float, float, float]
"""Lightness from 0 to 100, and two axes: green to red, blue to yellow."""

_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_FROM_XYZ = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
_D65 = (0.95047, 1.0, 1.08883)
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27
_LINEAR = [
    level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
    for level in (step / 255 for step in range(256))
]


def lab_of(red: int, green: int, blue: int) -> Lab:
    """Of a colour whose channels go from 0 to 255."""
    rgb = (_LINEAR[red], _LINEAR[green], _LINEAR[blue])
    x, y, z = (_forth(_dot(row, rgb) / white) for row, white in zip(_TO_XYZ, _D65, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lab_of_code(code: str) -> Lab:
    """Of `#rrggbb`."""
    red, green, blue = bytes.fromhex(code[1:])
    return lab_of(red, green, blue)


def code_of(lab: Lab) -> str:
    """`#rrggbb`, the nearest that screens have."""
    y = (lab[0] + 16) / 116
    f = (y + lab[1] / 500, y, y - lab[2] / 200)
    x, y, z = (_back(each) * white for each, white in zip(f, _D65, strict=True))
    return "#" + bytes(_level(_dot(row, (x, y, z))) for row in _FROM_XYZ).hex()


def _dot(row: Lab, other: Lab) -> float:
    return row[0] * other[0] + row[1] * other[1] + row[2] * other[2]


def _forth(share: float) -> float:
    return math.cbrt(share) if share > _EPSILON else (_KAPPA * share + 16) / 116


def _back(f: float) -> float:
    return f**3 if f**3 > _EPSILON else (116 * f - 16) / _KAPPA


def _level(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    level = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * level)
