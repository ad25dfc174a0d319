"""Makes the addon's pure rooms importable without Odoo, as ``addon_tools``."""

from __future__ import annotations

from sandbox import addon_tools

addon_tools.load()
