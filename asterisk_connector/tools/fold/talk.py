"""Who talked with whom, and when.

Edges connect two channels (a CDR row) or a channel and a bridge (channel events) for a time. Two parties talk while a
path of edges and Local pairs joins them.
"""

from .names import is_local, is_party, other_half

BRIDGE = "bridge:"


class Talk:
    """What follows from the edges.

    :param edges: ``(node, node, since, until)``; a node is a channel's name or ``bridge:…``
    """

    def __init__(self, edges):
        #: channel → the stretches in which it talked
        self.of = {}
        #: channel → the channels that it talked with
        self.partners = {}
        #: the stretches in which anybody talked, joined
        self.stretches = []
        if all(_is_person(one) and _is_person(other) for one, other, _since, _until in edges):
            for one, other, since, until in edges:
                self._note((one, other), since, until)
        else:
            self._walk(edges)
        self.stretches = union(self.stretches)
        self.of = {channel: union(stretches) for channel, stretches in self.of.items()}

    @property
    def since(self):
        """When two parties began to talk, None when they never did."""
        return self.stretches[0][0] if self.stretches else None

    @property
    def seconds(self):
        """How long two parties talked, in seconds."""
        return length(self.stretches)

    def _note(self, parties, since, until):
        self.stretches.append((since, until))
        for party in parties:
            self.of.setdefault(party, []).append((since, until))
            self.partners.setdefault(party, set()).update(other for other in parties if other != party)

    def _walk(self, edges):
        """Look at each moment in which something changes: who is joined from there to the next one?"""
        moments = sorted({time for edge in edges for time in edge[2:]})
        for since, until in zip(moments, moments[1:], strict=False):
            self._look([edge for edge in edges if edge[2] <= since and edge[3] >= until], since, until)
        for moment in {edge[2] for edge in edges if edge[2] == edge[3]}:
            # Shorter than the clock of the records: what else was connected just then must lie around it.
            here = [e for e in edges if e[2] == e[3] == moment or e[2] < moment < e[3]]
            self._look(here, moment, moment)

    def _look(self, edges, since, until):
        near = {}
        for one, other, _since, _until in edges:
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
        for node in [node for node in near if is_local(node) and other_half(node) in near]:
            near[node].add(other_half(node))
        while near:
            reached = _reach(near, next(iter(near)))
            parties = sorted(node for node in reached if _is_person(node))
            if len(parties) > 1:
                self._note(parties, since, until)
            for node in reached:
                del near[node]


def _is_person(node):
    return is_party(node) and not node.startswith(BRIDGE)


def _reach(near, start):
    reached, open_ends = {start}, [start]
    while open_ends:
        for node in near[open_ends.pop()] - reached:
            reached.add(node)
            open_ends.append(node)
    return reached


def union(stretches):
    """Return the stretches in order, overlapping and touching ones joined."""
    joined = []
    for since, until in sorted(stretches):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((since, until))
    return joined


def length(stretches):
    """Return the seconds of joined stretches."""
    return sum(until - since for since, until in stretches)
