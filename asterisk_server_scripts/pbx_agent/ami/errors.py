"""What can go wrong between the agent and Asterisk."""

from __future__ import annotations


class AmiError(Exception):
    """Asterisk could not be asked, or gave no answer."""


class NotConnected(AmiError):
    """Not logged in to Asterisk, so nothing was sent."""


class NoAnswer(AmiError):
    """Sent, but no answer came in time: it may or may not have been carried out."""


class LoginRefused(AmiError):
    """Asterisk does not know this user and password, or not from this address."""
