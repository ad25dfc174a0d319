"""What is measured inside Odoo: modules that `bench.shell` runs in an Odoo shell. They may import Odoo."""
