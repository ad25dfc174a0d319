"""Pure Python: no Odoo import, no clock, no database.

Whatever can be decided from its arguments alone lives here, so that it is tested in milliseconds. The only
dependency beside the standard library is ``phonenumbers``.
"""
