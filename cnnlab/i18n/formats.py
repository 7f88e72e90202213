"""How numbers, durations and dates are written: ``97.3 %`` or ``97,3 %``, ``78 042``, ``1 min 12 s``."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

UNKNOWN = "–"
THIN = "\N{NARROW NO-BREAK SPACE}"
NBSP = "\N{NO-BREAK SPACE}"


def number(value: float | None, digits: int, language: str) -> str:
    """``value`` with ``digits`` decimals; the decimal mark follows the language, thousands stand apart."""
    if value is None or value != value:
        return UNKNOWN
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return text.replace(".", ",") if language == "es" else text


def whole(value: float | None, language: str) -> str:
    return number(value, 0, language)


def percent(share: float | None, language: str, digits: int = 1) -> str:
    """A share of one as per cent: 0.9731 -> "97.3 %"."""
    return UNKNOWN if share is None else f"{number(100 * share, digits, language)}{NBSP}%"


def loss(value: float | None, language: str) -> str:
    return number(value, 3, language)


def learning_rate(value: float | None) -> str:
    """``1e-3``, ``2.5e-4``: the exponent is what people compare."""
    if value is None:
        return UNKNOWN
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def size(byte_count: float | None, language: str) -> str:
    """Bytes in decimal units with at most three significant digits: ``310 MB``."""
    if byte_count is None:
        return UNKNOWN
    value = float(byte_count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    digits = 1 if value < 9.95 and unit != "B" else 0
    return f"{number(value, digits, language)}{NBSP}{unit}"


def short(count: float | None, language: str) -> str:
    """Large counts with three significant digits, as papers write parameters and MACs: ``61.7 k``, ``25.6 M``."""
    if count is None or count != count:
        return UNKNOWN
    value, unit = float(count), ""
    for unit in ("", "k", "M", "G", "T"):
        if abs(value) < 999.5 or unit == "T":
            break
        value /= 1000
    digits = 0 if not unit or abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    text = number(value, digits, language)
    return f"{text}{NBSP}{unit}" if unit else text


def duration(seconds: float | None) -> str:
    """``0.4 s`` is noise on a page: ``1 s``, ``59 s``, ``1 min 12 s``, ``2 h 5 min``."""
    if seconds is None:
        return UNKNOWN
    rounded = max(1, round(seconds))
    if rounded < 60:
        return f"{rounded}{NBSP}s"
    minutes, rest = divmod(rounded, 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min" + (f" {rest}{NBSP}s" if rest else "")
    return f"{minutes // 60}{NBSP}h {minutes % 60}{NBSP}min"


def moment(timestamp: float | None, language: str) -> str:
    """A time of day and date in the machine's time zone."""
    if timestamp is None:
        return UNKNOWN
    locale = {"en": "en_US", "es": "es_MX"}[language]
    when = datetime.fromtimestamp(timestamp).astimezone()
    return format_datetime(when, "d MMM y, HH:mm", locale=locale)


class Counted(int):
    """A number that chooses a plural form and is written as people write it: ``1 797``."""

    _written: str

    def __new__(cls, value: int, language: str) -> Counted:
        counted = super().__new__(cls, value)
        counted._written = whole(value, language)
        return counted

    def __format__(self, spec: str) -> str:
        return self._written
