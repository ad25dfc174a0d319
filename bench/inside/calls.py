"""A million calls, and the questions that the list of calls asks."""

import random
import time

from odoo.addons.asterisk_connector.demo.company import load as load_company

from bench.inside import partners

#: All else of a call is as Odoo itself made the one that the others are copied from.
INSERT = """
INSERT INTO asterisk_call ({columns}, linkedid, number, partner_id, user_id, started_at, answered_at, ended_at,
                           direction, result, missed, talk_seconds)
SELECT {columns}, 'bench-' || i, p.number, p.id, (%(users)s::int[])[1 + i %% cardinality(%(users)s::int[])],
       s.at, CASE WHEN i %% 10 < 7 THEN s.at + interval '8 s' END, s.at + interval '2 min',
       CASE i %% 5 WHEN 0 THEN 'outgoing' WHEN 1 THEN 'internal' ELSE 'incoming' END,
       CASE WHEN i %% 10 < 7 THEN 'answered' ELSE 'cancelled' END, i %% 10 >= 7 AND i %% 5 > 1, 112
  FROM generate_series(1, %(count)s) AS i
       CROSS JOIN LATERAL (SELECT now() AT TIME ZONE 'UTC' - i * interval '1 min' AS at) AS s
       JOIN contacts AS p ON p.place = i %% (SELECT count(*) FROM contacts)
       CROSS JOIN (SELECT {columns} FROM asterisk_call WHERE id = %(pattern)s) AS pattern
"""
OWN = {
    "id", "linkedid", "number", "partner_id", "user_id", "started_at", "answered_at", "ended_at", "direction", "result",
    "missed", "talk_seconds",
}  # fmt: skip
PAGE, COUNTED = 80, 10_001


def measure(env, contacts, calls, count):
    """Return seconds of each question, by who asks: ``{who: {question: [seconds]}}``."""
    env = env(user=env.ref("base.user_root").id, su=True)
    server = load_company(env)
    partners.load(env, contacts)
    env["asterisk.phone.number"]._rebuild()
    load(env, server, calls)
    env.cr.commit()
    view = env["asterisk.call"].get_view(env.ref("asterisk_connector.asterisk_call_view_list").id, "list")
    columns = [name for name in view["models"]["asterisk.call"] if name in shown(view["arch"])]
    picked = random.Random(7).sample(range(contacts), count)
    asking = {"supervisor": "elena", "employee": "anna"}
    return {who: asked(env, login, columns, picked) for who, login in asking.items()}


def load(env, server, count):
    """Insert calls by SQL: a minute apart, with all contacts in turn, at all employees in turn."""
    pattern = env["asterisk.call"].create({"server_id": server.id, "linkedid": "pattern", "state": "ended"})
    users = env["asterisk.extension"].search([("server_id", "=", server.id)]).user_id.ids
    env.flush_all()
    cr = env.cr
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'asterisk_call'")
    columns = ", ".join(f'"{name}"' for (name,) in cr.fetchall() if name not in OWN)
    cr.execute(
        "CREATE TEMP TABLE contacts ON COMMIT DROP AS SELECT res_id AS id, min(number) AS number,"
        " row_number() OVER (ORDER BY res_id) - 1 AS place"
        " FROM asterisk_phone_number WHERE res_model = 'res.partner' GROUP BY res_id"
    )
    cr.execute(INSERT.format(columns=columns), {"count": count, "pattern": pattern.id, "users": users})
    cr.execute(
        "INSERT INTO asterisk_call_user_rel (call_id, user_id)"
        " SELECT id, user_id FROM asterisk_call WHERE user_id IS NOT NULL"
    )
    cr.execute("ANALYZE asterisk_call")
    cr.execute("ANALYZE asterisk_call_user_rel")
    env.invalidate_all()


def shown(arch):
    """Return the names of the fields of a list."""
    from lxml import etree

    return {field.get("name") for field in etree.fromstring(arch).iter("field")}


def asked(env, login, columns, picked):
    """Ask each question once for each contact picked; return the seconds of each."""
    user = env["res.users"].search([("login", "=", login)])
    calls = env["asterisk.call"].with_user(user)
    fields = calls._fields
    specification = {name: {"fields": {"display_name": {}}} if fields[name].relational else {} for name in columns}
    seconds = {question: [] for question in ("first page", "customer's calls", "number", "name")}

    def ask(question, domain):
        calls.env.invalidate_all()
        begin = time.perf_counter()
        found = calls.web_search_read(domain, specification, limit=PAGE, count_limit=COUNTED)
        seconds[question].append(time.perf_counter() - begin)
        return found

    for index in picked:
        number = partners.number(index)
        contact = env["res.partner"].search([("name", "=", f"Contact {index}")])
        assert ask("first page", [])["length"] == COUNTED
        assert ask("customer's calls", contact._asterisk_call_domain())["records"]
        assert ask("number", [("number_display", "ilike", f"0{number[3:5]} {number[-8:-4]} {number[-4:]}")])["records"]
        assert ask("name", [("partner_id", "child_of", f"contact {index}")])["records"]
    return seconds
