"""Phone numbers: one written form for storing and comparing (E.164), others for reading and dialling.

Built on ``phonenumbers`` (Google's libphonenumber): https://github.com/daviddrysdale/python-phonenumbers
"""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

# Half a second and some memory once per process, here at start and not at the first ringing phone.
from phonenumbers import PhoneNumberFormat, geocoder
from phonenumbers import timezone as number_timezone

#: what carriers and phones write instead of a number when the caller hides it
WITHHELD = frozenset(
    "anonymous unavailable unknown private withheld restricted asterisk invalid none null "
    "<unknown> s -1 anonym restricted-number".split()
)
#: a number of so few digits without a "+" is an extension or a service code, never a subscriber
INTERNAL_DIGITS = 6

_SEPARATORS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_INTERNAL = re.compile(rf"[*#0-9]{{1,{INTERNAL_DIGITS}}}")
_DIALABLE = re.compile(r"\+?[0-9*#]+")


class Place(NamedTuple):
    """Where a number is from: names in the language asked for; any may be empty."""

    city: str
    country: str
    region: str  #: two letters, ISO 3166
    timezones: tuple  #: IANA names that may be meant


NOWHERE = Place("", "", "", ())


def is_withheld(number: str) -> bool:
    """Return whether this is no number but a word for "hidden"."""
    return number.strip().lower() in WITHHELD or not number.strip()


def is_internal(number: str) -> bool:
    """Return whether the number is an extension or a service code of the PBX, not one of the public network."""
    return bool(_INTERNAL.fullmatch(_SEPARATORS.sub("", number)))


@lru_cache(maxsize=8192)
def normalise(number: str, country: str = "") -> str:
    """Return the number in E.164 ("+493012345678"), or "" when it is none.

    :param number: as a person typed it or a carrier delivered it: national, international with "+", "00", or without
        any prefix ("493012345678", as many SIP trunks write)
    :param country: two letters (ISO 3166) of the country whose national numbers are meant
    """
    number = (number or "").strip()[:64]
    if is_withheld(number) or is_internal(number):
        return ""
    parsed = _parsed(number, country)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else ""


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    """The first valid reading of the number, else the first possible one.

    A number without a prefix is first read as a national one, then as an international one whose "+" got lost.
    """
    readings = [(number, country.upper() or None)]
    if not number.startswith("+"):
        readings.append(("+" + _SEPARATORS.sub("", number), None))
    possible = None
    for text, region in readings:
        try:
            parsed = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return parsed
        # "Possible" only counts lengths; it keeps numbers of ranges that are newer than the library.
        if not possible and phonenumbers.is_possible_number(parsed):
            possible = parsed
    return possible


@lru_cache(maxsize=8192)
def display(number: str) -> str:
    """Return the number as people write it ("+49 30 12345678"); what is not E.164 stays as it is."""
    parsed = _e164(number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL) if parsed else number


@lru_cache(maxsize=4096)
def place(number: str, language: str = "en") -> Place:
    """Return where an E.164 number is from.

    :param number: E.164; anything else gives nowhere
    :param language: two letters; names that the library does not have in it come in English
    """
    parsed = _e164(number)
    if not parsed:
        return NOWHERE
    region = phonenumbers.region_code_for_number(parsed) or ""
    country = geocoder.country_name_for_number(parsed, language) if region else ""
    # Without a city the library answers the country's name; a state or region is kept, it says something.
    city = geocoder.description_for_valid_number(parsed, language)
    zones = tuple(zone for zone in number_timezone.time_zones_for_number(parsed) if zone != "Etc/Unknown")
    return Place(city if city != country else "", country, region, zones)


def to_dial(number: str, style: str = "e164", country: str = "", prefix: str = "") -> str:
    """Return the digits that the PBX shall dial.

    :param number: E.164, or an internal number, which is dialled as it is
    :param style: ``e164`` ("+4930…"), ``plain`` ("4930…"), ``international`` ("004930…" as the country dials abroad)
        or ``national`` ("030…" within the country, else as ``international``)
    :param country: two letters of the country the PBX stands in
    :param prefix: digits before every outside number (an outside line)
    """
    parsed = _e164(number)
    if not parsed:
        return _SEPARATORS.sub("", number)
    if style == "plain":
        return prefix + number[1:]
    if style == "e164":
        return prefix + number
    if style == "national" and phonenumbers.region_code_for_number(parsed) == country.upper():
        text = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        return prefix + "".join(c for c in text if c.isdigit())
    return prefix + _international_prefix(country) + number[1:]


@lru_cache(maxsize=256)
def _international_prefix(country: str) -> str:
    """Return what the country dials before a number abroad: "00" nearly everywhere, "011" from America."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country.upper(), None)
    for prefix in (metadata.preferred_international_prefix, metadata.international_prefix) if metadata else ():
        # Some are patterns of several (Brazil's carriers) or ask to wait for a tone ("8~10" in Russia).
        digits = (prefix or "").replace("~", "")
        if digits.isdigit():
            return digits
    return "00"


def is_dialable(text: str) -> bool:
    """Return whether the text holds nothing but what may go into a dialplan: digits, "*", "#", a leading "+"."""
    return bool(_DIALABLE.fullmatch(text))


def parts_of(text: str, country: str = "") -> set:
    """Return what a stored number may have in it of which a person types a part; nothing when it is no number.

    :param text: as people write numbers: separators, a national or international prefix, only the last digits
    :param country: two letters of the country whose national prefix it may begin with ("8 4212" in Russia)
    """
    digits = _SEPARATORS.sub("", text.strip())
    if not _DIALABLE.fullmatch(digits):
        return set()
    parts = {digits.lstrip("+").lstrip("0")}
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country.upper(), None) if country else None
    prefix = metadata.national_prefix if metadata else None
    if prefix and digits.startswith(prefix) and len(digits) > INTERNAL_DIGITS:
        parts.add(digits[len(prefix) :])
    return parts - {""}


def compact(number: str) -> str:
    """Return the number without the separators that people write."""
    return _SEPARATORS.sub("", number)


def _e164(number: str) -> phonenumbers.PhoneNumber | None:
    if not number.startswith("+"):
        return None
    try:
        return phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
