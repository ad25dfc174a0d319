"""Build the demo company in a database: colleagues with phones, customers, quotations, invoices, leads.

From a shell of Odoo: ``from odoo.addons.asterisk_connector.demo.company import load; load(env); env.cr.commit()``.
Running it twice changes nothing.
"""

from datetime import timedelta

from odoo import Command, fields

from . import people

COMPANY = "Lindenhof Technik GmbH"


def load(env, password=None):
    """Create the demo company unless it is there.

    :param env: an environment with all rights
    :param password: of the colleagues; None: the same as each one's login
    :return: the ``asterisk.server`` "Berlin", not paired yet
    """
    env = env(context=dict(env.context, tracking_disable=True, mail_create_nosubscribe=True, no_reset_password=True))
    if server := env["asterisk.server"].search([("name", "=", "Berlin")], limit=1):
        return server
    _set_up_company(env)
    server = env["asterisk.server"].create(
        {
            "name": "Berlin",
            "country_id": env.ref("base.de").id,
            "line_ids": [
                Command.create({"value": value, "kind": kind, "name": name}) for value, kind, name in people.LINES
            ],
        }
    )
    users = _hire_colleagues(env, server, password)
    customers = _win_customers(env, users)
    _open_opportunities(env, users, customers)
    _write_orders(env, customers)
    _write_invoices(env, customers)
    return server


def _set_up_company(env):
    """Name the company and give it books: without a chart of accounts no invoice can be posted."""
    company = env.company
    company.write(
        {
            "name": COMPANY,
            "street": "Lindenstraße 12",
            "zip": "10969",
            "city": "Berlin",
            "country_id": env.ref("base.de").id,
            "phone": "+49 30 555701",
            "currency_id": env.ref("base.EUR").id,
        }
    )
    env.ref("base.EUR").active = True
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    # Invoices in the customers' currency of the demo: euros everywhere, whatever the chart's country uses.
    company.currency_id = env.ref("base.EUR")


def _hire_colleagues(env, server, password):
    users = {}
    for login, name, groups, function, extension in people.COLLEAGUES:
        group_ids = [env.ref(group).id for group in ("base.group_user", "asterisk_connector.group_user", *groups)]
        user = env["res.users"].create(
            {
                "login": login,
                "name": name,
                "password": password or login,
                "email": f"{login}@lindenhof.example",
                "tz": "Europe/Berlin",
                "group_ids": [Command.set(group_ids)],
            }
        )
        user.partner_id.write({"function": function, "country_id": env.ref("base.de").id, "tz": "Europe/Berlin"})
        env["asterisk.extension"].create(
            {"server_id": server.id, "user_id": user.id, "number": extension, "name": "Desk phone", "is_default": True}
        )
        users[login] = user
    env["asterisk.extension"].create(
        {
            "server_id": server.id,
            "user_id": users["elena"].id,
            "number": "105",
            "endpoint": "PJSIP/1052",
            "name": "Softphone",
            "is_default": False,
            "auto_answer": "none",
        }
    )
    return users


def _win_customers(env, users):
    """Create companies with their contacts, and people; return them by name."""
    tags = {
        name: env["res.partner.category"].create({"name": name, "color": color})
        for name, color in (("Gold", 3), ("Silver", 4))
    }
    customers = {}
    for name, city, country, phone, owner, tag, contacts in people.COMPANIES:
        where = {"city": city, "country_id": env.ref(f"base.{_xmlid(country)}").id, "user_id": users[owner].id}
        company = env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "phone": phone,
                "category_id": [Command.set(tags[tag].ids if tag else [])],
                **where,
            }
        )
        customers[name] = company
        for contact, function, number in contacts:
            customers[contact] = env["res.partner"].create(
                {
                    "name": contact,
                    "parent_id": company.id,
                    "function": function,
                    "phone": number,
                    "category_id": [Command.set(company.category_id.ids)],
                    **where,
                }
            )
    for name, city, country, phone, owner, more in people.PEOPLE:
        person = env["res.partner"].create(
            {
                "name": name,
                "phone": phone,
                "city": city,
                "country_id": env.ref(f"base.{_xmlid(country)}").id,
                "user_id": users[owner].id,
            }
        )
        person.phone_number_ids = [
            Command.create({"res_model": "res.partner", "label": label, "raw": number}) for label, number in more
        ]
        customers[name] = person
    return customers


def _xmlid(country):
    return {"gb": "uk"}.get(country, country)


def _open_opportunities(env, users, customers):
    leads = env["crm.lead"]
    for title, customer, owner, revenue in people.OPPORTUNITIES:
        leads.create(
            {
                "name": title,
                "type": "opportunity",
                "partner_id": customers[customer].id,
                "user_id": users[owner].id,
                "expected_revenue": revenue,
            }
        )
    for title, contact, company, city, country, phone, owner in people.LEADS:
        leads.create(
            {
                "name": title,
                "type": "opportunity",
                "contact_name": contact,
                "partner_name": company,
                "city": city,
                "country_id": env.ref(f"base.{_xmlid(country)}").id,
                "phone": phone,
                "user_id": users[owner].id,
            }
        )


def _write_orders(env, customers):
    for customer, amount, confirmed in people.ORDERS:
        order = env["sale.order"].create(
            {
                "partner_id": customers[customer].id,
                "user_id": customers[customer].user_id.id,
                "order_line": [
                    Command.create(
                        {
                            "name": "Equipment as discussed",
                            "product_id": _product(env).id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        if confirmed:
            order.action_confirm()


def _write_invoices(env, customers):
    today = fields.Date.today()
    for customer, due, amount in people.INVOICES:
        env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customers[customer].id,
                "invoice_user_id": customers[customer].user_id.id,
                "invoice_date": today + timedelta(days=min(due, 0) - 14),
                "invoice_date_due": today + timedelta(days=due),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Equipment",
                            "product_id": _product(env).id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        ).action_post()


def _product(env):
    product = env["product.product"].search([("default_code", "=", "EQUIPMENT")], limit=1)
    return product or env["product.product"].create(
        {"name": "Equipment", "default_code": "EQUIPMENT", "type": "service", "list_price": 100.0}
    )
