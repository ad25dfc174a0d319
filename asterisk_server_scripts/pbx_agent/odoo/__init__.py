"""Speaking with Odoo: HTTP flows, the spool, the command channel."""
