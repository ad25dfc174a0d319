"""An Odoo that keeps detail records and channel events, as docs/contract.md says; it counts what came twice."""

from __future__ import annotations

from typing import Any

from tests.unit.agent.fake_odoo import Body, FakeOdoo

MOST_ROWS = 10_000


class HistoryOdoo(FakeOdoo):
    """`rows[flow]` is key → row by name, as Odoo would have it; `repeated` counts rows that came though it had them."""

    def __init__(self) -> None:
        super().__init__()
        self.max_body = 16 << 20
        self.rows: dict[str, dict[str, Body]] = {"cdr": {}, "cel": {}}
        self.problems: list[Body] = []
        self.repeated = 0
        self.fetch: list[str] = []

    def sequences(self) -> list[Any]:
        """The sequences of all rows, sorted."""
        return sorted(row["sequence"] for row in self.rows["cdr"].values())

    def probes(self, flow: str = "cdr") -> list[Body]:
        return [body for body in self.bodies(flow) if "keys" in body]

    def portions(self, flow: str = "cdr") -> list[Body]:
        return [body for body in self.bodies(flow) if "rows" in body]

    def told(self) -> list[Body]:
        """What came to the flow history."""
        return self.bodies("history")

    def _history(self, body: Body) -> Body:
        fetch, self.fetch = (self.fetch, []) if "days" in body else ([], self.fetch)
        return {"fetch": fetch}

    def _cdr(self, body: Body) -> Body:
        return self._take("cdr", body)

    def _cel(self, body: Body) -> Body:
        return self._take("cel", body)

    def _take(self, flow: str, body: Body) -> Body:
        rows = self.rows[flow]
        if "keys" in body:
            assert len(body["keys"]) <= 2 * MOST_ROWS
            return {"unknown": [index for index, key in enumerate(body["keys"]) if key not in rows]}
        assert len(body["rows"]) <= MOST_ROWS and len(body.get("problems", [])) <= 100
        self.problems += body.get("problems", [])
        imported, known, refused = 0, 0, []
        for index, values in enumerate(body["rows"]):
            row = dict(zip(body["columns"], values))
            if row["key"] in rows:
                known += 1
            elif flow == "cdr" and row["start"] is None:
                refused.append({"row": index, "code": "no_time", "message": "it has no time"})
            else:
                imported += 1
                rows[row["key"]] = row
        self.repeated += known
        return {"imported": imported, "known": known, "refused": refused}
