"""SIP messages (RFC 3261, 7): bytes from the wire to Request or Response, and back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from .address import Address, AddressError, Uri

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}
_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "k": "supported",
    "r": "refer-to",
    "b": "referred-by",
    "o": "event",
    "x": "session-expires",
}
_START_RESPONSE = re.compile(r"^SIP/2\.0 (\d{3})(?: (.*))?$")
_START_REQUEST = re.compile(r"^([A-Z]+) (\S+) SIP/2\.0$")
_REQUIRED = ("via", "from", "to", "call-id", "cseq")


class SipSyntaxError(ValueError):
    """Bytes that are no SIP message. The transport drops them; nobody is told, as the sender may be anyone."""


class Headers:
    """An ordered list of header fields with case-blind names; a name may occur more than once."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: list[tuple[str, str]] = []
        for name, value in fields:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """:raises ValueError: when the value would break out of its line"""
        if re.search(r"[\r\n\0]", name + value):
            raise ValueError(f"header {name!r} must not hold a line break or NUL: {value!r}")
        self._fields.append((name, value))

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        return next(iter(self.all(name)), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._fields if key.lower() == name.lower()]

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def __iter__(self):
        return iter(self._fields)


class Message:
    """What requests and responses have in common. `body` is bytes; its length header is written by `encode()`."""

    def __init__(self, headers: Headers, body: bytes = b"") -> None:
        self.headers = headers
        self.body = body

    @property
    def start_line(self) -> str:
        raise TypeError("only a Request or a Response has a start line")

    @property
    def call_id(self) -> str:
        return self.headers.get("Call-ID")

    @property
    def cseq(self) -> tuple[int, str]:
        """(number, method)"""
        number, _, method = self.headers.get("CSeq").partition(" ")
        return int(number), method.strip()

    @property
    def sender(self) -> Address:
        """The From header: who started this transaction."""
        return Address.parse(self.headers.get("From"))

    @property
    def recipient(self) -> Address:
        """The To header."""
        return Address.parse(self.headers.get("To"))

    @property
    def contact(self) -> Uri | None:
        """Where the sender wants to get further requests of this dialog; None when it did not say."""
        value = self.headers.get("Contact")
        return Address.parse(value).uri if value not in ("", "*") else None

    @property
    def branch(self) -> str:
        """Transaction id: the branch parameter of the topmost Via."""
        match = re.search(r";\s*branch=([^\s;,]+)", self.headers.get("Via"), re.I)
        return match[1] if match else ""

    def encode(self) -> bytes:
        """The datagram to send."""
        lines = [self.start_line, *(f"{name}: {value}" for name, value in self.headers)]
        lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + self.body

    def __repr__(self) -> str:
        return f"<{self.start_line} {self.call_id}>"


class Request(Message):
    """`METHOD uri SIP/2.0` and its headers."""

    def __init__(self, method: str, uri: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.method = method
        self.uri = uri

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"


class Response(Message):
    """`SIP/2.0 status reason` and its headers."""

    def __init__(self, status: int, reason: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.status = status
        self.reason = reason

    @property
    def start_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"

    @classmethod
    def to(
        cls, request: Request, status: int, tag: str = "", headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Response:
        """The response to `request`, with the headers that RFC 3261, 8.2.6 demands.

        :param tag: our To tag; ignored when the request carries one already
        """
        fields = [(name, value) for name, value in request.headers if name.lower() in ("via", "from")]
        recipient = request.recipient
        if tag and not recipient.tag:
            recipient = recipient.with_tag(tag)
        fields += [("To", str(recipient)), ("Call-ID", request.call_id), ("CSeq", request.headers.get("CSeq"))]
        return cls(status, REASONS.get(status, "Unknown"), Headers([*fields, *headers]), body)


def parse(datagram: bytes) -> Request | Response:
    """Read one datagram. Text that is no UTF-8 is kept readable with replacement characters.

    :raises SipSyntaxError: for anything that is not a complete, well-formed message
    """
    head, separator, body = datagram.partition(b"\r\n\r\n")
    if not separator:
        raise SipSyntaxError("no empty line after the headers")
    start, *lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
    headers = _parse_headers(lines)
    length = headers.get("Content-Length", str(len(body)))
    if not length.isdigit() or int(length) > len(body):
        raise SipSyntaxError(f"Content-Length {length!r} but {len(body)} bytes follow")
    message = _from_start_line(start, _without_length(headers), body[: int(length)])
    _check(message)
    return message


def _parse_headers(lines: list[str]) -> Headers:
    headers = Headers()
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise SipSyntaxError(f"not a header line: {line!r}")
        name = name.strip()
        try:
            headers.add(_COMPACT.get(name.lower(), name), value.strip())
        except ValueError as error:
            raise SipSyntaxError(str(error)) from error
    return headers


def _without_length(headers: Headers) -> Headers:
    """`encode()` writes the length itself, so a parsed message must not carry a second one."""
    return Headers((name, value) for name, value in headers if name.lower() != "content-length")


def _from_start_line(start: str, headers: Headers, body: bytes) -> Request | Response:
    response = _START_RESPONSE.match(start)
    if response:
        return Response(int(response[1]), response[2] or "", headers, body)
    request = _START_REQUEST.match(start)
    if request:
        return Request(request[1], request[2], headers, body)
    raise SipSyntaxError(f"neither a request nor a response: {start!r}")


def _check(message: Message) -> None:
    """Everything later code reads without a second look must be there and be readable."""
    missing = [name for name in _REQUIRED if name not in message.headers]
    if missing:
        raise SipSyntaxError(f"without {', '.join(missing)}: {message.start_line}")
    if not re.match(r"^\d+ +[A-Z]+$", message.headers.get("CSeq")):
        raise SipSyntaxError(f"bad CSeq {message.headers.get('CSeq')!r}")
    try:
        for unreadable in (message.headers.get("From"), message.headers.get("To")):
            Address.parse(unreadable)
        message.contact  # noqa: B018  read once only to refuse it early
    except AddressError as error:
        raise SipSyntaxError(str(error)) from error


def new_token() -> str:
    """A fresh Call-ID, tag or branch part: unguessable, so that a stale datagram never fits a new call."""
    return secrets.token_hex(8)
