"""Personal data in text: e-mail addresses, phone numbers, payment cards and IBANs become [email], [phone], [card], [iban].

Numbers that only look alike stay: order numbers, dates, versions, prices, IP addresses, tracking numbers. So a card must pass
Luhn and begin like a card, an IBAN must pass mod 97 and have its country's length, and a phone number must be written like one
(see `_NATIONAL`) or follow a word that announces one. Behind a word that announces another number ("order", "Rechnung") a phone
number must be international. What nothing tells from an order number stays, a bare 612345678, say.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_BLANK = "[ \t\u00a0\u2009\u202f]"  # the last three keep a line together
_GAP = "[ \t\u00a0\u2009\u202f\u2010-\u2013-]"  # or a hyphen, or a dash
_JOIN = "[ \t\u00a0\u2009\u202f\u2010-\u2013.-]"
_JOINS = "[ \t\u00a0\u2009\u202f\u2010-\u2013.()/-]{0,3}"

_DAY = (  # 2026-10-05; 5.10.2026 or 05/10/26; 10/2026
    "(?:(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9])"
    "|[0-3]?[0-9][./-][01]?[0-9][./-](?:(?:19|20)[0-9]{2}|[0-9]{2})(?![./-]?[0-9])"
    "|[01]?[0-9][./-](?:19|20)[0-9]{2}(?![0-9]))"
)
_HOUR = r"[012]?[0-9]\.[0-5][0-9](?![0-9.])"
_IP = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])"
_NUMERAL = f"(?!{_BLANK}{{1,2}}{_DAY}){_JOINS}[0-9]"
# A number begins and ends where no longer one goes on; one more digit, a day or an hour beside it is another matter.
_BEGIN = rf"(?=[(0-9])(?<![A-Za-z0-9+=_@#])(?<![A-Za-z]/)(?<![0-9][.,:])(?<![A-Za-z0-9][0-9]{_GAP})(?!{_DAY}|{_HOUR}|{_IP})"
_END = (  # an x begins an extension
    rf"(?![0-9A-WYZa-wyz_@]|[.\u2010-\u2013-][0-9]|{_BLANK}[0-9]{{2,}}(?![0-9A-Za-z]|[./:-][0-9]))"
)

_INTERNATIONAL = rf"(?=[(+])(?<![A-Za-z0-9+])(?P<it>(?=\+\(?[1-9]|\(\+[1-9][0-9]{{0,2}}\))\(?\+(?:{_NUMERAL}){{8,15}})(?![0-9])"
_NATIONAL = "|".join(
    [
        rf"00(?={_JOINS}[1-9])(?:{_NUMERAL}){{9,15}}",  # 0049 30 1234567
        rf"(?=0[1-9][0-9]{{0,4}}{_JOIN}|0[1-9][0-9]{{1,4}}/|\(0[1-9][0-9]{{0,4}}\))(?:{_NUMERAL}){{9,12}}",  # 030/1234567
        "0[1-9][0-9]{8,9}",  # 0612345678
        rf"(?:1{_JOIN})?(?:\([1-9][0-9]{{2}}\){_BLANK}?|[1-9][0-9]{{2}}{_JOIN})[0-9]{{3}}{_JOIN}[0-9]{{4}}",  # (555) 123-4567
        rf"[6-9][0-9]{{2}}(?:{_JOIN}[0-9]{{2}}){{3}}",  # 612 34 56 78
        rf"9[0-9]{_BLANK}[0-9]{{3}}(?:{_BLANK}[0-9]{{2}}){{2}}",  # 91 123 45 67
        rf"[6-9][0-9]{{2}}(?:{_BLANK}[0-9]{{3}}){{2}}(?!{_BLANK}?[€$£%]|{_BLANK}[A-Z]{{2,3}}\b|,[0-9])",  # 612 345 678, no price
    ]
)
_PHONE = (
    "(?:(?:tele|mobile ?|cell ?)?phone|t[eé]l[eé](?:phone|fono)|telefon(?:nummer)?|t[eé]l|mobile?|mobil(?:e|nummer)|m[oó]vil|"
    "handy(?:nummer)?|portable|rufnummer|(?:tele)?fax|whatsapp|(?:call|text|ring|reach) (?:me|us)|(?:mich|uns) unter|joindre|"
    r"appel(?:er|ez)|ll[aá]m[ae]\w{0,4}|my number|meine nummer|mon num[eé]ro|mi n[uú]mero)"
)
_LINK = r"(?:number|nummer|num[eé]ro|n[uú]mero|no|nr|num|is|ist|lautet|est|es|at|on|under|unter|au|le|al|el|me|us|moi|nous)\b\.?"
_BETWEEN = rf"(?:{_BLANK}|[:#-]|\((?![0-9]{{1,5}}\))){{0,4}}"
_ANNOUNCED = (  # phone: 5551234567, mi móvil es 612345678
    rf"(?=[acfhjlmprtuw])\b(?:{_PHONE}\b|(?:t[eé]l|fax|mob)\.)(?:{_BETWEEN}{_LINK}){{0,3}}{_BETWEEN}"
    rf"(?P<it>(?!{_DAY}|{_HOUR}|{_IP})(?=[0-9]|\([0-9]{{1,5}}\))(?:{_NUMERAL}){{7,15}}){_END}"
)
_OTHER = (
    "(?:orders?|ticket|case|invoice|ref|reference|tracking|parcel|shipment|serial|article|item|sku|imei|ean|gtin|isbn|id|version|"
    r"build|contract|bestell\w*|auftrag\w*|rechnung\w*|kundennummer|sendung\w*|vertrag\w*|vorgang\w*|artikel\w*|serien\w*|"
    "(?:akten)?zeichen|commande|facture|colis|suivi|contrat|dossier|référence|pedido|factura|envío|seguimiento|contrato|caso|"
    "referencia|artículo)"
)
_NAMED = re.compile(rf"\b{_OTHER}(?:{_BETWEEN}\b(?:{_LINK}|id|code|n°|nº|de\b)){{0,3}}[=_/]?{_BETWEEN}$", re.IGNORECASE)

_COUNTRIES = {  # by the length of their IBANs, from SWIFT's registry
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
    26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA",
    30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
_IBAN = "|".join(
    f"(?:{codes.replace(' ', '|')})[0-9]{{2}}(?:{_GAP}?[A-Z0-9]){{{length - 4}}}" for length, codes in _COUNTRIES.items()
)
# Visa; American Express; Diners; Mastercard, JCB, Maestro, Discover, UnionPay. Years and IMEIs (35…, 15 digits) are none.
_CARD = re.compile("4[0-9]{12,18}|3[47][0-9]{13}|3[0689][0-9]{12,17}|(?:2[2-7]|35|5[0-9]|6[0-9])[0-9]{14,17}")
_FOURS = rf"[2-6][0-9]{{3}}(?:{_GAP}[0-9]{{4}}){{3}}"
_SHAPES = rf"[2-6][0-9]{{12,18}}|{_FOURS}|3[0-9]{{3}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}"
_CARD_END = r"(?![0-9A-Za-z_@]|[.\u2010-\u2013-][0-9])"

_LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # of scripts that part words
_ATOM = rf"(?:{_LETTER}|[+%-])++"
_EMAIL = (
    rf"(?<![+%-])(?<!{_LETTER})(?P<it>{_ATOM}(?:[.'&]{_ATOM}){{0,20}}+"
    rf"@(?:(?:{_LETTER}|-){{1,63}}\.){{1,8}}(?:xn--[a-z0-9-]+|(?:(?![0-9_]){_LETTER}){{2,24}}))"
)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What is looked for (its group `it`), what must hold of it, and the mark that takes its place."""

    mark: str
    found: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool]

    def redact(self, text: str) -> str:
        return self.found.sub(self._mark, text)

    def _mark(self, match: re.Match[str]) -> str:
        return match[0][: match.start("it") - match.start()] + self.mark if self.holds(match) else match[0]


def redact(column: pd.Series) -> pd.Series:
    """Replace personal data in a text column (str); gaps stay, and doing it twice changes nothing more.

    Examples
    --------
    >>> redact(pd.Series(["order 123456789, call +49 30 1234567", None])).tolist()
    ['order 123456789, call [phone]', nan]
    """
    cells = pa.table({"text": column})["text"].cast(pa.large_string())
    likely = np.flatnonzero(pc.fill_null(pc.match_substring_regex(cells, _LIKELY), False).to_numpy())
    redacted = column.copy()
    if len(likely):
        redacted.iloc[likely] = [_redacted(text) for text in column.iloc[likely]]
    return redacted


def _redacted(text: str) -> str:
    """Until nothing is found: what takes a number's place may part it from its neighbour."""
    before = None
    while text != before:
        before = text
        for pattern in PATTERNS:
            text = pattern.redact(text)
    return text


def _passes_luhn(match: re.Match[str]) -> bool:
    digits = re.sub("[^0-9]", "", match[0])
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return bool(_CARD.fullmatch(digits)) and (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def _passes_mod_97(match: re.Match[str]) -> bool:
    code = re.sub("[^A-Z0-9]", "", match[0].upper())
    return int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1


def _is_not_named(match: re.Match[str]) -> bool:
    return not _NAMED.search(match.string, max(0, match.start("it") - 60), match.start("it"))


def _always(_: re.Match[str]) -> bool:
    return True


PATTERNS = (  # in this order: what an address holds is no card, and a card is no phone number
    Pattern(mark="[email]", found=re.compile(_EMAIL, re.IGNORECASE), holds=_always),
    Pattern(
        mark="[iban]",
        found=re.compile(rf"(?=[A-Z]{{2}}[0-9]{{2}})(?<![A-Z0-9])(?P<it>{_IBAN})(?![A-Z0-9])", re.IGNORECASE | re.ASCII),
        holds=_passes_mod_97,
    ),
    Pattern(mark="[card]", found=re.compile(rf"{_BEGIN}(?P<it>{_FOURS}{_GAP}[0-9]{{1,3}}){_CARD_END}"), holds=_passes_luhn),
    Pattern(mark="[card]", found=re.compile(rf"{_BEGIN}(?P<it>{_SHAPES}){_CARD_END}"), holds=_passes_luhn),
    Pattern(mark="[phone]", found=re.compile(_INTERNATIONAL), holds=_always),
    Pattern(mark="[phone]", found=re.compile(_ANNOUNCED, re.IGNORECASE), holds=_always),
    Pattern(mark="[phone]", found=re.compile(rf"{_BEGIN}(?P<it>{_NATIONAL}){_END}"), holds=_is_not_named),
)

# For RE2, which knows no look-around but takes 0.1 s for a million short texts: what each of PATTERNS holds, and little else.
_LIKELY = "|".join(
    [
        "@",
        r"\+[(]?[1-9]",
        rf"(?:^|[^0-9])\(?0(?:0{_JOINS})?[1-9](?:{_JOINS}[0-9]){{7}}",
        rf"[0-9]{{3}}(?:\){_BLANK}?|{_JOIN})[0-9]{{3}}{_JOIN}[0-9]{{3}}",
        rf"[0-9]{{2,3}}{_JOIN}[0-9]{{2,3}}{_JOIN}[0-9]{{2}}{_JOIN}[0-9]{{2}}",
        rf"[2-6][0-9]{{3}}{_GAP}?[0-9]{{4,6}}{_GAP}?[0-9]{{4,5}}",
        rf"(?i:[a-z]{{2}})[0-9]{{2}}(?:{_GAP}?[A-Za-z0-9]){{11}}",
        rf"(?i:{_PHONE})[^0-9]*[0-9](?:{_JOINS}[0-9]){{6}}",
    ]
)
