"""The agent beside Asterisk: tells Odoo about calls, carries out what Odoo asks for."""

__version__ = "1.0.0"
