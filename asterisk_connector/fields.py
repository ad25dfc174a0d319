"""A field that Odoo does not have."""

from odoo import fields


class BigInteger(fields.Integer):
    """An integer of 64 bits in the database; a snapshot's version counts milliseconds and needs 41 of them.

    The web client takes integers up to 2**53 as they are.
    """

    _column_type = ("int8", "int8")
