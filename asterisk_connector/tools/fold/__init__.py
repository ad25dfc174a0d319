"""Calls from detail records: a PBX's CDR rows (and CEL rows, where it keeps them) in, whole calls out. Pure.

A CDR row is no call: a ring group writes one a phone, an attended transfer seven, a queue one a member and round.
``fold`` gathers the rows of one call, whatever linkedids they have, and tells it in the words of docs/contract.md.
*Answered* means that two parties talked; that a menu or a mailbox picked up is no answer.

====================  ================================================================================
``rows``              one row, checked; how a channel event is read
``names``             what a channel's name says, and who of the endpoints is a phone of the company
``groups``            which rows are one call
``events``            what channel events (CEL) add: exact times, causes, who hung up
``talk``              who talked with whom, and when
``story``             one call: who called, who was rung
``endings``           one call: what became of each attempt, who hung up
``transfers``         who passed it on to whom
``calls``             the whole: ``fold(rows, events, devices)``
====================  ================================================================================

Source: Asterisk documentation, "CDR Specification" and "CEL Specification"; the traps are in tests/unit/addon/fold.
"""

from .calls import fold
from .rows import Event, Row
