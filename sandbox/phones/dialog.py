"""A SIP dialog (RFC 3261, 12): who talks to whom, under which tags, and the next sequence number."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

from .address import Address, AddressError, Uri
from .message import Headers, Message, Request, Response, new_token
from .transaction import Peer
from .transport import Transport

USER_AGENT = "Sandbox phone"
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, INFO"
Fields = Iterable["tuple[str, str]"]


class Dialog:
    """Builds the requests and responses of one conversation; also of a REGISTER, which has the same headers.

    :param local: our own address; gets a tag
    :param remote: the other side's address; its tag is learned from the first response
    :param target: request URI: where the other side wants its requests
    :param peer: host and port to send to
    :ivar identity: the other side as the PBX last named it, for a display; `remote` is what the headers must repeat
    """

    def __init__(
        self, transport: Transport, local: Address, remote: Address, target: Uri, peer: Peer, call_id: str = ""
    ) -> None:
        self.local = local if local.tag else local.with_tag(new_token())
        self.remote = remote
        self.identity = remote
        self.target = target
        self.peer = peer
        self.call_id = call_id or new_token() + "@" + transport.host
        self.sequence = 0
        self._transport = transport
        self.contact = Uri(local.uri.user, transport.host, transport.port)

    @classmethod
    def from_invite(cls, transport: Transport, invite: Request, source: Peer) -> Dialog:
        """The dialog that an INVITE we received opens."""
        contact = invite.contact or invite.sender.uri
        dialog = cls(transport, invite.recipient, invite.sender, contact, source, invite.call_id)
        dialog._aim(contact)
        dialog.recognise(invite)
        return dialog

    def learn(self, message: Message) -> None:
        """Take the other side's tag, contact and asserted identity from its response or re-INVITE."""
        if isinstance(message, Response) and message.recipient.tag:
            self.remote = self.remote.with_tag(message.recipient.tag)
        if message.contact:
            self._aim(message.contact)
        self.recognise(message)

    def recognise(self, message: Message) -> None:
        """Note who is at the other end now: after a transfer the PBX tells it in P-Asserted-Identity (RFC 3325)."""
        with contextlib.suppress(AddressError):
            if "P-Asserted-Identity" in message.headers:
                self.identity = Address.parse(message.headers.get("P-Asserted-Identity"))

    def _aim(self, contact: Uri) -> None:
        """Later requests go straight to the contact. Names would need DNS, which a sandbox has no use for."""
        self.target = contact
        if re.match(r"^\d+(\.\d+){3}$", contact.host):
            self.peer = (contact.host, contact.port or 5060)

    def request(self, method: str, fields: Fields = (), body: bytes = b"") -> Request:
        """The next request of this dialog."""
        self.sequence += 1
        return self._build(method, self.sequence, fields, body)

    def ack(self, sequence: int) -> Request:
        """The ACK of a 200 to our INVITE with that sequence number."""
        return self._build("ACK", sequence, (), b"")

    def _build(self, method: str, sequence: int, fields: Fields, body: bytes) -> Request:
        headers = Headers(
            [
                ("Via", self._transport.via()),
                ("Max-Forwards", "70"),
                ("From", str(self.local)),
                ("To", str(self.remote)),
                ("Call-ID", self.call_id),
                ("CSeq", f"{sequence} {method}"),
                ("Contact", f"<{self.contact}>"),
                ("User-Agent", USER_AGENT),
                ("Allow", ALLOW),
                *fields,
            ]
        )
        if body:
            headers.add("Content-Type", "application/sdp")
        return Request(method, str(self.target), headers, body)

    def response(self, request: Request, status: int, body: bytes = b"", fields: Fields = ()) -> Response:
        """Our response within this dialog."""
        extra = [("Contact", f"<{self.contact}>"), ("User-Agent", USER_AGENT), ("Allow", ALLOW), *fields]
        if body:
            extra.append(("Content-Type", "application/sdp"))
        return Response.to(request, status, self.local.tag, extra, body)

    def replaces(self) -> str:
        """The Replaces value (RFC 3891) by which a third party can take our place in this dialog's far end."""
        return f"{self.call_id};to-tag={self.remote.tag};from-tag={self.local.tag}"
