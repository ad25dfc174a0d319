"""What a phone does by itself when a call comes in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .message import Request

# How vendors ask for hands-free answering; the first two are what this project sends.
_AUTO_ANSWER = re.compile(r"answer-after\s*=\s*0\b|alert-autoanswer|auto[ -]?answer|ring[ -]?answer", re.I)
_REFUSALS = {"busy": 486, "decline": 603, "dnd": 480}
MODES = ("manual", "answer", "ring", "silent", "refuse", *_REFUSALS)


@dataclass(frozen=True)
class Behaviour:
    """One rule.

    :param mode: `manual` rings until told otherwise; `answer` rings `after` seconds and answers; `ring` is nobody at
        the phone: rings for ever, even when asked to answer by itself; `busy` 486, `decline` 603, `dnd` 480; `refuse`
        answers `status`; `silent` does not answer the INVITE at all, as an unplugged phone
    :param after: seconds of ringing before an answer
    :param talk: seconds after the answer until it hangs up; None = the other side must
    :param early_media: a carrier that lets the caller hear its own ringing tone: 183 with audio instead of 180
    """

    mode: str = "manual"
    after: float = 0.2
    status: int = 0
    talk: float | None = None
    early_media: bool = False

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"no mode {self.mode!r}: use one of {', '.join(MODES)}")
        if self.mode == "refuse" and not 400 <= self.status <= 699:
            raise ValueError(f"mode refuse needs a SIP status from 400 to 699, not {self.status}")
        for name in ("after", "talk"):
            seconds = getattr(self, name)
            if seconds is not None and not 0 <= seconds <= 86400:
                raise ValueError(f"{name} is {seconds} s: use 0 to 86400")

    @property
    def refusal(self) -> int:
        """The status to refuse calls with, 0 = does not refuse."""
        return _REFUSALS.get(self.mode, self.status if self.mode == "refuse" else 0)

    def for_invite(self, invite: Request) -> Behaviour:
        """The same, but answering at once when the INVITE asks for it and the phone is one that would."""
        if self.mode in ("manual", "answer") and wants_auto_answer(invite):
            return replace(self, mode="answer", after=0)
        return self


def wants_auto_answer(invite: Request) -> bool:
    """Does an INVITE ask the phone to answer hands-free, by Call-Info or Alert-Info?"""
    asked = [*invite.headers.all("Call-Info"), *invite.headers.all("Alert-Info")]
    return any(_AUTO_ANSWER.search(value) for value in asked)
