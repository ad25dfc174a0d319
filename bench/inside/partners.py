"""Many contacts with phone numbers as people write them, the same ones each time."""

#: Each contact's number is written in one of these ways, in turn: SQL over its eight digits d, how E.164 begins.
FORMS = (
    ("'+49 30 ' || left(d, 4) || ' ' || right(d, 4)", "+4930"),
    ("'030/' || d", "+4930"),
    ("'+49-89-' || left(d, 4) || '-' || right(d, 4)", "+4989"),
    ("'0049 89 ' || d", "+4989"),
    ("'(040) ' || left(d, 2) || ' ' || substr(d, 3, 3) || ' ' || right(d, 3)", "+4940"),
)
FIRST = 20_000_000
#: All else of a contact is as Odoo itself made the one that the others are copied from.
INSERT = """
INSERT INTO res_partner ({columns}, name, complete_name, phone, country_id, user_id)
SELECT {columns}, 'Contact ' || i, 'Contact ' || i, CASE i %% %(forms)s {forms} END, %(country)s, %(user)s
  FROM (SELECT i, (%(first)s + i)::text AS d FROM generate_series(0, %(count)s - 1) AS i) AS numbers
       CROSS JOIN (SELECT {columns} FROM res_partner WHERE id = %(pattern)s) AS pattern
"""
OWN = {"id", "name", "complete_name", "phone", "country_id", "user_id", "commercial_partner_id"}


def number(index):
    """Return the E.164 number of the contact with this index."""
    return FORMS[index % len(FORMS)][1] + str(FIRST + index)


def load(env, count):
    """Insert so many contacts by SQL; the number table knows nothing of them yet. Call it once."""
    pattern = env["res.partner"].create({"name": "Pattern"})
    env.flush_all()
    env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'res_partner'")
    columns = ", ".join(f'"{name}"' for (name,) in env.cr.fetchall() if name not in OWN)
    forms = " ".join(f"WHEN {index} THEN {sql}" for index, (sql, _e164) in enumerate(FORMS))
    env.cr.execute(
        INSERT.format(columns=columns, forms=forms),
        {
            "forms": len(FORMS),
            "country": env.ref("base.de").id,
            "user": env.ref("base.user_admin").id,
            "first": FIRST,
            "count": count,
            "pattern": pattern.id,
        },
    )
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")
    env.cr.execute("ANALYZE res_partner")
    env.invalidate_all()
