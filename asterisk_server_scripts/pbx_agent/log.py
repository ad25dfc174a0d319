"""Log lines of ``key=value`` pairs on standard error; secrets never reach them."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from types import TracebackType
from urllib.parse import quote, quote_plus


class Redactor:
    """Replaces every occurrence of a secret in a finished message.

    :param secrets: the texts that must not be logged; hidden as they are, and as Python, JSON and URLs write them
    """

    def __init__(self, *secrets: str) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        self._secrets = sorted(forms, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """Return `text` without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _forms(secret: str) -> set[str]:
    in_single_quotes = repr(secret + "'\"")[1 : -len("\\'\"'")]
    written = {secret, repr(secret)[1:-1], in_single_quotes, json.dumps(secret)[1:-1]}
    return written | {quote(secret), quote(secret, safe=""), quote_plus(secret)}


class LineFormatter(logging.Formatter):
    """``2026-01-31T12:00:00.000Z level=info at=uplink linkedid=... words``; a message is always one line.

    :param redactor: applied last, to tracebacks as well
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line; a traceback follows on indented lines, which no line of its text can leave."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        milliseconds, level = f"{int(record.msecs):03d}", record.levelname.lower()
        line = f"{moment}.{milliseconds}Z level={level} at={record.name.rpartition('.')[2]} "
        line += _on_one_line(self._redactor.hide(record.getMessage()))
        if record.exc_info:
            traceback = self._redactor.hide(self.formatException(record.exc_info))
            line += "".join(f"\n  {_on_one_line(row)}" for row in _LINE_END.split(traceback))
        return line


_LINE_END = re.compile(r"\r\n|\n|\r")


def _on_one_line(text: str) -> str:
    """Write what is not printable (line breaks, terminal sequences) as Python escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def set_up(level: str, *secrets: str) -> None:
    """Send all log lines from `level` on to standard error, without the `secrets`; so do warnings and what ends the
    program unforeseen.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter(Redactor(*secrets)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("aiohttp", "asyncio", "panoramisk"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger(chatty).level))
    logging.captureWarnings(True)
    sys.excepthook = _unforeseen


def _unforeseen(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Log what nobody caught: Python's own way would print it past the redactor."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger(__name__).critical("pbx-agent failed", exc_info=(kind, error, traceback))
