from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError

from ..tools import numbers

BATCH = 1000


class AsteriskPhoneNumber(models.Model):
    """Whose number is it: one row for each number of each customer, in E.164.

    The one table that popup, history and search ask. Rows with ``fname`` mirror a field of the document and follow
    it; rows without were added by hand, any number for one customer.
    """

    _name = "asterisk.phone.number"
    _description = "Phone Number"
    _order = "res_model, res_id, id"
    _rec_name = "raw"
    _log_access = False

    number = fields.Char(string="E.164", compute="_compute_number", store=True, readonly=True, precompute=True)
    raw = fields.Char(string="Number", required=True, help="As it was written.")
    label = fields.Char(help="What this number is: mobile, home, assistant …")
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", required=True)
    fname = fields.Char(string="Field", help="The field that the number comes from; empty when it was added by hand.")
    company_id = fields.Many2one("res.company", help="Empty: known in all companies.")
    active = fields.Boolean(default=True, help="Follows the document: archived customers are not looked up.")

    # As the ORM writes it: PostgreSQL does not see that "active IS TRUE" asks for rows "WHERE active" only.
    _number_idx = models.Index("(number) WHERE active IS TRUE")
    _document_idx = models.Index("(res_model, res_id)")
    _field_unique = models.UniqueIndex("(res_model, res_id, fname) WHERE fname IS NOT NULL")

    # -- computes, constraints -----------------------------------------------------------------------------------------

    @api.depends("raw", "res_model", "res_id")
    def _compute_number(self):
        for row in self:
            document = row._document()
            row.number = numbers.normalise(row.raw or "", document.sudo()._asterisk_country_code() if document else "")

    @api.depends("raw", "label")
    def _compute_display_name(self):
        for row in self:
            text = numbers.display(row.number or row.raw or "")
            row.display_name = f"{text} ({row.label})" if row.label else text

    @api.constrains("raw", "number")
    def _check_number(self):
        for row in self:
            if not row.number:
                raise ValidationError(
                    self.env._(
                        "%s is not a phone number. Write it with its country code, for instance +49 30 12345678.",
                        row.raw,
                    )
                )

    # -- crud ----------------------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._check_document_access()
        for row in rows.sudo().filtered(lambda row: not row.fname):
            document = row._document()
            row.write({"company_id": document.company_id.id, "active": document.active})
        return rows

    def write(self, vals):
        self._check_document_access()
        if not self.env.su and {"fname", "res_model", "res_id", "company_id", "active", "number"} & set(vals):
            raise AccessError(
                self.env._("Only the number and its label can be changed; the rest follows the customer.")
            )
        result = super().write(vals)
        self._check_document_access()
        return result

    def unlink(self):
        self._check_document_access()
        return super().unlink()

    def _check_document_access(self):
        """Who may not change the customer may not change its numbers."""
        if self.env.su:
            return
        for row in self:
            document = row._document()
            if not document:
                raise AccessError(self.env._("This number belongs to no customer."))
            if row.fname:
                raise AccessError(self.env._("This number comes from the customer's own field: change it there."))
            document.check_access("write")

    # -- keeping in step -----------------------------------------------------------------------------------------------

    def _document(self):
        """Return the document the row belongs to (nothing when its model is none with numbers)."""
        self.ensure_one()
        if self.res_id and self.res_model in self._document_models():
            return self.env[self.res_model].with_context(active_test=False).browse(self.res_id)
        return None

    @api.model
    @tools.ormcache()
    def _document_models(self):
        """Return the names of the models whose numbers are kept."""
        mixin = self.env.registry["asterisk.phone.mixin"]
        known = self.env.registry.items()
        return tuple(name for name, model in known if issubclass(model, mixin) and not model._abstract)

    @api.model
    def _sync(self, records):
        """Bring the rows of these documents in step with their fields. Needs sudo.

        :param records: documents of one model; only what differs is written
        """
        records = records.sudo()
        wanted = self._wanted_rows(records)
        rows = self.with_context(active_test=False).search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        obsolete = self.browse()
        by_id = {record.id: record for record in records}
        for row in rows:
            vals = wanted.pop((row.res_id, row.fname), None) if row.fname else row._hand_added_values(by_id[row.res_id])
            if vals is None:
                obsolete += row
            elif changed := {key: value for key, value in vals.items() if row._raw_value(key) != value}:
                row.write(changed)
        obsolete.unlink()
        self.create(list(wanted.values()))

    @api.model
    def _wanted_rows(self, records):
        """Return the rows that the fields of these documents ask for: ``(id, fname)`` → values."""
        fnames = records._asterisk_number_fields()
        wanted = {}
        for record in records:
            for fname in fnames:
                raw = (record[fname] or "").strip()
                # An extension or a word in the field is no number that can be looked up.
                if raw and numbers.normalise(raw, country := record._asterisk_country_code()):
                    wanted[record.id, fname] = {
                        "res_model": record._name,
                        "res_id": record.id,
                        "fname": fname,
                        "raw": raw,
                        "number": numbers.normalise(raw, country),
                        "company_id": record.company_id.id,
                        "active": record.active,
                    }
        return wanted

    def _hand_added_values(self, record):
        number = numbers.normalise(self.raw, record._asterisk_country_code())
        return {"company_id": record.company_id.id, "active": record.active, "number": number or self.number}

    def _raw_value(self, name):
        value = self[name]
        return value.id if isinstance(value, models.BaseModel) else value

    @api.model
    def _rebuild(self):
        """Compare all documents with the table and repair what differs; the nightly job and the settings' button.

        Commits after each batch when it runs as a scheduled action.
        """
        rows = self.sudo()
        rows._delete_orphans()
        for name in self._document_models():
            documents = rows.env[name].with_context(active_test=False)
            last_id = 0
            # These tables have a hundred columns, of which a handful matter here.
            columns = sorted(documents._asterisk_triggers())
            while batch := documents.search_fetch([("id", ">", last_id)], columns, order="id", limit=BATCH):
                rows._sync(batch)
                last_id = batch[-1].id
                self.env.flush_all()
                self.env.invalidate_all()
                if self.env.context.get("cron_id"):
                    self.env["ir.cron"]._commit_progress(len(batch))

    @api.model
    def _delete_orphans(self):
        """Delete the rows whose document went without telling (SQL, a module's uninstallation)."""
        self.flush_model()
        models_kept = list(self._document_models())
        self.env.cr.execute(tools.SQL("DELETE FROM asterisk_phone_number WHERE res_model != ALL(%s)", models_kept))
        for name in models_kept:
            self.env.cr.execute(
                tools.SQL(
                    "DELETE FROM asterisk_phone_number n WHERE res_model = %s"
                    " AND NOT EXISTS (SELECT FROM %s d WHERE d.id = n.res_id)",
                    name,
                    tools.SQL.identifier(self.env[name]._table),
                )
            )
        self.invalidate_model()

    # -- looking up ----------------------------------------------------------------------------------------------------

    @api.model
    def _owners(self, number, company):
        """Return who has the number: a list of ``(model, id)``, each once. Needs sudo.

        :param number: E.164
        :param company: only documents of this company or of none
        """
        # Somebody's phone is ringing: in SQL this is a quarter of what the ORM takes.
        self.flush_model(["number", "company_id", "active", "res_model", "res_id"])
        self.env.cr.execute(
            tools.SQL(
                """
            SELECT DISTINCT res_model, res_id FROM asterisk_phone_number
             WHERE number = %s AND active IS TRUE AND (company_id IS NULL OR company_id = %s)
             ORDER BY res_model, res_id LIMIT 50
            """,
                number,
                company.id or None,
            )
        )
        return self.env.cr.fetchall()
