"""Number → customer: our table beside Odoo's phone search and what other connectors do, on the same contacts."""

import random
import time

from odoo.addons.asterisk_connector.demo.company import load as load_company

from bench.inside import partners

#: How community connectors look a caller up: the last nine digits, separators stripped by the database.
COMMUNITY = "SELECT id FROM res_partner WHERE replace(replace(phone, ' ', ''), '-', '') ILIKE %s"
#: Of so many contacts Odoo computes its own normalised number again.
SANITIZED, BATCH = 10_000, 1000
#: How often the slow ways are asked, as a part of the quick ones.
SLOW = 0.05


def measure(env, contacts, count):
    """Return seconds of each lookup by each way, which share each finds, and how long the table took to fill."""
    env = env(user=env.ref("base.user_root").id, su=True)
    server = load_company(env)
    partners.load(env, contacts)
    env.cr.commit()
    fill, rows = timed_rebuild(env)
    check, _rows = timed_rebuild(env)
    env.cr.execute("ANALYZE asterisk_phone_number")
    picked = random.Random(19).sample(range(contacts), count)
    slow = picked[: max(20, int(count * SLOW))]
    base = contact_ids(env, picked)
    ways = {
        "owners": (lambda number: owners(env, server, number), picked),
        "candidates": (lambda number: candidates(env, server, number), picked),
        "odoo =": (lambda number: search(env, "=", number), picked),
        "odoo ilike": (lambda number: search(env, "ilike", number), picked),
        "community": (lambda number: community(env, number), slow),
    }
    answers = {name: asked(server, way, indexes, base) for name, (way, indexes) in ways.items()}
    missed = [name for name in ("owners", "candidates") if answers[name]["found"] < 1]
    assert not missed, f"not every contact was found by {missed}: what is measured does not work"
    told = {"ways": answers, "rows": rows, "fill_seconds": fill, "check_seconds": check}
    return told | {"sanitized_rate": SANITIZED / timed_sanitizing(env)}


def timed_rebuild(env):
    """Let the addon compare all documents with its table; return seconds and how many rows there are then."""
    begin = time.perf_counter()
    env["asterisk.phone.number"]._rebuild()
    env.cr.commit()
    seconds = time.perf_counter() - begin
    return seconds, env["asterisk.phone.number"].search_count([])


def timed_sanitizing(env):
    """Let Odoo compute `phone_sanitized` of contacts again, in batches as large as ours; return seconds."""
    domain = [("name", "=like", "Contact %")]
    ids = env["res.partner"].search(domain, limit=SANITIZED, order="id").ids
    assert len(ids) == SANITIZED, "there are too few contacts"
    begin = time.perf_counter()
    for first in range(0, SANITIZED, BATCH):
        batch = env["res.partner"].browse(ids[first : first + BATCH])
        env.add_to_compute(batch._fields["phone_sanitized"], batch)
        env.flush_all()
        env.invalidate_all()
    env.cr.commit()
    return time.perf_counter() - begin


def contact_ids(env, indexes):
    """Return the id of each contact by its index."""
    names = {f"Contact {index}": index for index in indexes}
    found = env["res.partner"].search_read([("name", "in", list(names))], ["name"], load=None)
    return {names[row["name"]]: row["id"] for row in found}


def asked(server, way, indexes, ids):
    """Ask for each contact's number; return the seconds each took and the share of contacts that was found."""
    seconds, found = [], 0
    for index in indexes:
        # Each call is a request of its own: it begins with an empty cache, then the key tells the PBX.
        server.env.invalidate_all()
        server.fetch(["company_id"])
        number = partners.number(index)
        begin = time.perf_counter()
        answer = way(number)
        seconds.append(time.perf_counter() - begin)
        found += ids[index] in answer
    return {"seconds": seconds, "found": found / len(indexes)}


def owners(env, server, number):
    return [record_id for _model, record_id in env["asterisk.phone.number"]._owners(number, server.company_id)]


def candidates(env, server, number):
    return [record.id for record in env["asterisk.match"]._candidates(number, server)]


def search(env, operator, number):
    return env["res.partner"].search([("phone_mobile_search", operator, number)]).ids


def community(env, number):
    env.cr.execute(COMMUNITY, [f"%{number[-9:]}"])
    return [row[0] for row in env.cr.fetchall()]
