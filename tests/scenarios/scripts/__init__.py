"""The situations, each a script that plays it with real phones; importing this package registers them all."""

from . import click, gaps, groups, incoming, moves, outgoing, transfers
