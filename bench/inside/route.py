"""`asterisk.call._apply_snapshots` beside the plain creation of the rows that it makes."""

import time

from odoo.fields import Command

from bench.snapshots import RingingCalls

#: What a row gets by itself.
BY_ITSELF = {"id", "create_uid", "create_date", "write_uid", "write_date", "display_name", "company_id"}
WARM_UP = 10
FRESH = 10**12  # linkedids of the copies, away from those of the agent


def measure(env, rounds):
    """Return seconds for batches of each size: ``{size: {"ours", "plain"}}``, a commit after each batch.

    :param rounds: pairs of a size and how many batches of it
    """
    server = env["asterisk.server"].sudo().search([], limit=1)
    calls, ringing = server.env["asterisk.call"], RingingCalls()
    for _round in range(WARM_UP):
        apply_batch(calls, server, ringing.take(1))
    answer = {}
    for size, batches in rounds:
        ours = plain = 0.0
        for _round in range(batches):
            items = ringing.take(size)
            ours += apply_batch(calls, server, items)
            values = rows(calls, items)
            plain += create_batch(calls, values)
        answer[size] = {"ours": ours, "plain": plain}
    return answer


def apply_batch(calls, server, items):
    """Let the addon take the snapshots; return the seconds until they are committed."""
    calls.env.invalidate_all()
    begin = time.perf_counter()
    results = calls._apply_snapshots(server, items)
    calls.env.cr.commit()
    seconds = time.perf_counter() - begin
    assert all(result["status"] == "ok" for result in results), results
    return seconds


def rows(calls, items):
    """Return the values of the rows that the snapshots made, as new calls."""
    found = calls.search([("linkedid", "in", [item["linkedid"] for item in items])])
    return [
        copied(call)
        | {
            "linkedid": str(FRESH + call.id),
            "leg_ids": [Command.create(copied(leg)) for leg in call.leg_ids],
            "user_ids": [Command.set(call.user_ids.ids)],
        }
        for call in found
    ]


def copied(record):
    """Return the values of a record's own columns."""
    names = [name for name, field in record._fields.items() if field.store and field.column_type]
    values = {name: record[name] for name in names if name not in BY_ITSELF | {"call_id"}}
    return record._convert_to_write(values)


def create_batch(calls, values):
    """Create the rows one by one, as connectors do; return the seconds until they are committed."""
    calls.env.invalidate_all()
    begin = time.perf_counter()
    for one in values:
        calls.create(one)
    calls.env.cr.commit()
    return time.perf_counter() - begin
