"""The addon's pure rooms (`asterisk_connector/tools`) without Odoo, importable as `addon_tools`."""

from __future__ import annotations

import importlib.util
import sys

from sandbox.paths import ADDON

TOOLS = ADDON / "tools"


def load() -> None:
    """Makes `import addon_tools.numbers` and the like work in this process."""
    if "addon_tools" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(
        "addon_tools", TOOLS / "__init__.py", submodule_search_locations=[str(TOOLS)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["addon_tools"] = module
    spec.loader.exec_module(module)
