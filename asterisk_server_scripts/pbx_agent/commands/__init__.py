"""What Odoo may ask this agent to do, one verb a file."""
