"""Simulated SIP phones and a simulated carrier: real signalling and real G.711 audio, nothing but the standard library.

Read in this order: `phone.py` and `carrier.py` (what tests and the demo use), `call.py` (one call), `user_agent.py`
(what both have in common), then the layers below: `dialog.py`, `transaction.py`, `transport.py`, `message.py` for
SIP (RFC 3261), `sdp.py`, `rtp.py`, `g711.py`, `tone.py` for the audio. `office.py` is the process that runs them all.
"""
