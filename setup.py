"""Packages the addon as ``odoo.addons.asterisk_connector``: ``pip install .`` and Odoo finds it with no addons path.

For development use ``--addons-path=<this folder>`` instead: Odoo does not see an editable installation.
"""

import ast
from pathlib import Path

from setuptools import setup

NAME = "asterisk_connector"
NAMESPACE = f"odoo.addons.{NAME}"
ADDON = Path(__file__).parent / NAME
MANIFEST = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))


def packages():
    """Return the addon and its Python packages, by the names they are imported under."""
    inner = sorted(init.parent.relative_to(ADDON).as_posix() for init in ADDON.rglob("__init__.py"))
    return [NAMESPACE] + [f"{NAMESPACE}.{path.replace('/', '.')}" for path in inner if path != "."]


def data_files():
    """Return every file of the addon; views, translations and pictures are as much part of it as the code."""
    return sorted(
        path.relative_to(ADDON).as_posix()
        for path in ADDON.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


setup(
    name="odoo-addon-asterisk-connector",
    version=MANIFEST["version"],
    description=MANIFEST["summary"],
    license=MANIFEST["license"],
    packages=packages(),
    package_dir={NAMESPACE: NAME},
    package_data={NAMESPACE: data_files()},
    python_requires=">=3.10",
    # Odoo itself is not named: what PyPI has under that name is not the server.
    install_requires=list(MANIFEST["external_dependencies"]["python"]),
    zip_safe=False,
)
