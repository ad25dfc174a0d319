from odoo import api, models
from odoo.tools import ormcache


class ResCountry(models.Model):
    _inherit = "res.country"

    @api.model
    @ormcache("code")
    def _asterisk_id(self, code):
        """Return the id of the country with these two letters, False for none; every call asks it."""
        return self.sudo().search([("code", "=", code)], limit=1).id if code else False

    @api.model
    @ormcache("country_id")
    def _asterisk_code(self, country_id):
        """Return the two letters of a country, "" for none; every call asks it."""
        return self.sudo().browse(country_id).code or "" if country_id else ""
