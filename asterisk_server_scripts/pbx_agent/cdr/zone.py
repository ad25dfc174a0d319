"""A store's own time zone: its texts ↔ seconds since the epoch, also in the hour that a clock goes through twice."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Callable, NamedTuple, Union
from zoneinfo import ZoneInfo

#: What lies outside these years is no time of a call: 0000-00-00, 1970-01-01, garbage.
EARLIEST, LATEST = 631_152_000, 4_102_444_800  # 1990 … 2100
REMEMBERED = 50_000
LOCALTIME = Path("/etc/localtime")
Moment = Union[int, float]

_WRITTEN = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?)?\s*",
    re.ASCII,
)
_EPOCH = re.compile(r"\s*(\d{9,10})(\.\d{1,9})?\s*", re.ASCII)
_ID_EPOCH = re.compile(r"(?:^|[^\d.])(\d{9,10})\.\d+", re.ASCII)
_OFFSETS = frozenset("+-Z")
#: What follows an hour → seconds.
_CLOCK = {f":{minute:02}:{second:02}": minute * 60 + second for minute in range(60) for second in range(60)}
_CLOCK_UTC = {f"{text}+00": seconds for text, seconds in _CLOCK.items()}
_TWO = {f"{number:02}": number for number in range(60)}


class Twice(NamedTuple):
    """A text of the hour that the clock goes through twice."""

    first: Moment
    second: Moment


def epoch_of(uniqueid: str) -> int | None:
    """Return when the channel of this uniqueid was made (seconds since the epoch), None where it does not tell."""
    found = _ID_EPOCH.search(uniqueid)
    return _sane(int(found[1])) if found else None


class Hours(dict[str, int]):
    """Hours as written (2026-01-31 12) → when they began; only those in which the clock just goes on.

    :param learn: reads an hour, and puts it here if it is such a one
    """

    def __init__(self, learn: Callable[[str], object]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, hour: str) -> int:
        self._learn(hour)
        found = self.get(hour)
        if found is None:
            raise KeyError(hour)
        return found


class StoreZone:
    """:param name: IANA name such as Europe/Berlin; "" is this machine's zone
    :raises ValueError: there is no such zone; the message says what to do
    """

    def __init__(self, name: str = "") -> None:
        self.name, self._zone = _find(name) if name else _machine()
        self.hours = Hours(lambda hour: self._read(f"{hour}:00:00"))
        self.utc_hours = Hours(lambda hour: self._read(f"{hour}:00:00+00"))

    def read(self, text: str) -> Moment | Twice | None:
        """Return seconds since the epoch (whole ones as int), both where it may be either, None for no time."""
        length = len(text)
        base = (self.hours if length == 19 else self.utc_hours).get(text[:13])
        if base is not None and (length == 19 or (length == 22 and text[19:] == "+00")):
            minute, second = _TWO.get(text[14:16]), _TWO.get(text[17:19])
            if minute is not None and second is not None and text[13] == text[16] == ":":
                return base + minute * 60 + second
        return self._read(text)

    def _read(self, text: str) -> Moment | Twice | None:
        found = _WRITTEN.fullmatch(text)
        if found is None:
            number = _EPOCH.fullmatch(text)
            return _sane(_plus(int(number[1]), (number[2] or "")[1:])) if number else None
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        try:
            moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=self._zone)
            if found[8]:
                if found[8] == "+00" and len(self.utc_hours) < REMEMBERED:
                    self.utc_hours[text[:13]] = _seconds(moment.replace(minute=0, second=0, tzinfo=timezone.utc))
                return _sane(_plus(_seconds(moment.replace(tzinfo=_offset(found[8]))), found[7]))
            first, second_time = _seconds(moment), _seconds(moment.replace(fold=1))
        except (ValueError, OverflowError):
            return None
        self._learn(text[:13], moment)
        if first >= second_time:  # the same; or a text of the hour that is left out
            return _sane(_plus(first, found[7]))
        return Twice(_plus(first, found[7]), _plus(second_time, found[7])) if _sane(first) else None

    def _learn(self, hour: str, moment: datetime) -> None:
        """Remember when an hour began, if its 3600 seconds are simple."""
        begin, last = moment.replace(minute=0, second=0), moment.replace(minute=59, second=59)
        first = _seconds(begin)
        simple = first == _seconds(begin.replace(fold=1)) and _seconds(last) == first + 3599
        if (
            simple
            and _seconds(last.replace(fold=1)) == first + 3599
            and _sane(first)
            and hour == f"{begin:%Y-%m-%d %H}"
        ):
            if len(self.hours) > REMEMBERED:
                self.hours.clear()
            self.hours[hour] = first

    def write(self, moment: Moment) -> str:
        """Return the text by which a store has this moment."""
        return datetime.fromtimestamp(int(moment), self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def day(self, moment: Moment) -> str:
        """Return the day (YYYY-MM-DD) of a moment in this zone."""
        return self.write(moment)[:10]

    def day_of(self, text: str) -> str:
        """Return the day of a time as the store writes it; something that is no day where it is no time."""
        if text[4:5] == "-" and not _OFFSETS.intersection(text[19:]):
            return text[:10]
        moment = self.read(text)
        return "" if moment is None or isinstance(moment, Twice) else self.day(moment)

    def begin(self, day: str) -> int:
        """Return when a day (YYYY-MM-DD) begins. :raises ValueError: it is no day"""
        return _seconds(datetime.fromisoformat(day).replace(tzinfo=self._zone))

    def next_day(self, day: str) -> str:
        """Return the day after `day`."""
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


class Moments(dict[str, Union[Moment, None]]):
    """Texts already read → moments. Of a text that may be either, the first; then `twice` is set and it is not kept."""

    def __init__(self, zone: StoreZone) -> None:
        super().__init__()
        self._zone, self.twice = zone, False

    def __missing__(self, text: str) -> Moment | None:
        moment = self._zone.read(text)
        if isinstance(moment, Twice):
            self.twice = True
            return moment.first
        if len(self) > REMEMBERED:
            self.clear()
        self[text] = moment
        return moment

    def column(self, texts: Sequence[str]) -> list[Moment | None]:
        """Return the moments of many texts; quick where all of them are written alike, as a store's are."""
        utc = next((text for text in texts if text), "").endswith("+00")
        hours, clock = (self._zone.utc_hours, _CLOCK_UTC) if utc else (self._zone.hours, _CLOCK)
        try:
            return [hours[text[:13]] + clock[text[13:]] if text else None for text in texts]
        except KeyError:
            return [self[text] for text in texts]


def nearest(moment: Moment | Twice | None, hint: Moment | None) -> Moment | None:
    """Return the moment, of two the one that is nearer to `hint`, the first without one."""
    if not isinstance(moment, Twice):
        return moment
    if hint is None or abs(moment.first - hint) <= abs(moment.second - hint):
        return moment.first
    return moment.second


def not_before(moment: Moment | Twice | None, least: Moment | None) -> Moment | None:
    """Return the moment, of two the first that is not before `least` (two seconds of slack)."""
    if isinstance(moment, Twice):
        return moment.first if least is None or moment.first >= least - 2 else moment.second
    return moment


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _plus(seconds: int, fraction: str | None) -> Moment:
    """Return whole seconds as int, others as float to the microsecond."""
    micro = int((fraction or "0").ljust(6, "0")[:6])
    return seconds + micro / 1e6 if micro else seconds


def _sane(moment: Moment) -> Moment | None:
    return moment if EARLIEST < moment < LATEST else None


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return timezone.utc
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return timezone(-offset if text[0] == "-" else offset)


def _find(name: str) -> tuple[str, tzinfo]:
    if name.upper() in ("UTC", "ETC/UTC"):
        return "UTC", timezone.utc
    try:
        return name, ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {name!r} here; names are like Europe/Berlin, from package tzdata"
        ) from None


def _machine() -> tuple[str, tzinfo]:
    """This machine's zone: what TZ says, else what /etc/localtime is a link to or a copy of, else UTC."""
    local = LOCALTIME
    name = os.environ.get("TZ", "").lstrip(":")
    if not name and local.exists():
        _before, _slash, name = str(local.resolve()).partition("zoneinfo/")
        name = name or _written_down(local)
        if not name:
            with local.open("rb") as file:
                return "localtime", ZoneInfo.from_file(file, "localtime")
    try:
        return _find(name or "UTC")
    except ValueError:
        return "UTC", timezone.utc


def _written_down(local: Path) -> str:
    """Debian's note of the zone's name, for a machine whose localtime is a copy."""
    try:
        return local.with_name("timezone").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
