"""What Odoo's own `create` does with detail records, and how fast calls are built from them."""

import time

from odoo import fields
from odoo.fields import Command

from bench.inside.route import copied

BATCH = 1000
#: calls that are built, at a time
CALLS, PORTION = 4000, 500


def measure(env, rows):
    """Return rates: ``rows`` created a second, ``calls`` built from records, ``created`` as many by create alone."""
    server = env["asterisk.server"].sudo().search([("active", "=", True)], order="id", limit=1)
    records = server.env["asterisk.cdr"]
    return {"rows": created_rows(records, rows), **built(server)}


def created_rows(records, count):
    """Create copies of rows that are there; return rows a second, each batch committed."""
    names = [name for name, field in records._fields.items() if field.store and field.column_type and name != "id"]
    seconds, done = 0.0, 0
    while done < count:
        found = records.search_read([], names, limit=BATCH, offset=done, order="id", load=None)
        values = [{**row, "row_key": f"{row['id']:032x}", "sequence": -row["id"]} for row in found]
        for row in values:
            row.pop("id")
        records.env.invalidate_all()
        begin = time.perf_counter()
        made = records.create(values)
        records.env.cr.commit()
        seconds += time.perf_counter() - begin
        done += len(made)
    return done / seconds


def built(server):
    """Build calls from the first rows; return calls a second, and what creating the very same rows costs."""
    calls = server.env["asterisk.call"]
    server.env.cr.execute(
        "SELECT linkedid FROM asterisk_cdr WHERE server_id = %s GROUP BY linkedid ORDER BY min(id) LIMIT %s",
        [server.id, CALLS],
    )
    linkedids = [row[0] for row in server.env.cr.fetchall()]
    begin = time.perf_counter()
    for first in range(0, CALLS, PORTION):
        calls._tell_records(server, linkedids[first : first + PORTION])
        calls.env.cr.commit()
    seconds = time.perf_counter() - begin
    made = calls.search([("linkedid", "in", linkedids)])
    assert len(made) == CALLS, f"{CALLS} calls were built as {len(made)}"
    return {"calls": CALLS / seconds, "created": CALLS / timed_create(calls, made)}


def timed_create(calls, made):
    """Create copies of calls with their legs and people, as many at a time; return seconds."""
    seconds = 0.0
    for first in range(0, len(made), PORTION):
        values = [
            copied(call)
            | {"linkedid": f"copy-{call.id}", "leg_ids": [Command.create(copied(leg)) for leg in call.leg_ids]}
            | {"user_ids": [Command.set(call.user_ids.ids)], "started_at": call.started_at or fields.Datetime.now()}
            for call in made[first : first + PORTION]
        ]
        calls.env.invalidate_all()
        begin = time.perf_counter()
        calls.create(values)
        calls.env.cr.commit()
        seconds += time.perf_counter() - begin
    return seconds
