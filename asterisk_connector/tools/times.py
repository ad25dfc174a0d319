"""The wire's seconds since 1970 and the database's naive UTC datetimes, both with fractions."""

from datetime import UTC, datetime


def moment(seconds: float | None) -> datetime | None:
    """Return seconds since the epoch as a naive UTC datetime, to the millisecond; None stays None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(round(seconds, 3), UTC).replace(tzinfo=None)


def epoch(time: datetime | None) -> float | None:
    """Return a naive UTC datetime as seconds since the epoch, to the millisecond; nothing gives None."""
    return round(time.replace(tzinfo=UTC).timestamp(), 3) if time else None
