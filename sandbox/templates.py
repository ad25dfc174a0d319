"""Ready-made databases, built once and copied in a second: `deps` (what the addon depends on) and `addon` (with it).

A template is the data folder of a stopped cluster plus Odoo's filestore, under a name that hashes everything it was
made from; the newest of each kind is kept.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from sandbox import odoo_source
from sandbox.odoo import Odoo, filestore
from sandbox.paths import ADDON, cache, temporary
from sandbox.postgres import Cluster, binaries, copy_tree, remove_tree
from sandbox.results import complaints
from sandbox.say import SandboxError, say

DEPENDS = "crm,sale,base_geolocalize"
LANGUAGES = "en_US,ru_RU"
RECIPE = "2"  # raise it when the way templates are made changes
NOT_INSTALLED = {"tests", "__pycache__"}
# Browser tests would spend half a minute on this, each time.
BUNDLES = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""


def tree_hash(folder: Path, ignore: set[str] = frozenset()) -> str:
    """Hash of the names and contents of all files below `folder`; `ignore`: names of files and folders to leave out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not ignore.intersection(relative.parts) and path.suffix != ".pyc":
            digest.update(f"{relative.as_posix()}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def deps_key() -> str:
    """Name of the `deps` template: changes with Odoo, PostgreSQL and what is installed in it."""
    parts = (RECIPE, odoo_source.find().version, binaries().parent.name, DEPENDS, LANGUAGES)
    return "deps-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def addon_key() -> str:
    """Name of the `addon` template: changes with the `deps` template and with every file that the addon installs."""
    return "addon-" + hashlib.sha256((deps_key() + tree_hash(ADDON, NOT_INSTALLED)).encode()).hexdigest()[:16]


def deps() -> Path:
    """Folder of the template with database `deps`; built when it is not in the cache."""
    folder = cache("templates", deps_key())
    if not folder.exists():
        say("Odoo 19", f"building the database with {DEPENDS} (once, about two minutes)")
        _build(folder, None, "deps", ["-i", DEPENDS, f"--load-language={LANGUAGES}"])
    return folder


def addon() -> Path:
    """Folder of the template with databases `deps` and `addon` (the addon installed); built when it is not cached.

    Raises SandboxError when the addon cannot be installed or its installation logs a warning.
    """
    if not (ADDON / "__manifest__.py").exists():
        raise SandboxError(f"{ADDON.name}/__manifest__.py is missing, so the addon cannot be installed")
    base, folder = deps(), cache("templates", addon_key())
    if not folder.exists():
        say("Odoo 19", "installing the addon")
        _build(folder, base, "addon", ["-i", ADDON.name])
    return folder


def _build(folder: Path, base: Path | None, db: str, args: list[str]) -> None:
    """Makes template `folder`: a copy of `base`, with database `db` in which Odoo ran with `args`."""
    work = temporary("pbx-t", fast=True)
    cluster = Cluster(work)
    try:
        odoo = Odoo(cluster, db, work)
        place(base, cluster, odoo.data)
        with cluster:
            if base:
                clone(cluster, odoo.data, "deps", db)
            else:
                cluster.createdb(db)
                cluster.sql("CREATE EXTENSION pg_trgm", db)  # as Odoo does when it makes a database itself
            log = odoo.run_once(*args)
            found = complaints(log.read_text(errors="replace").splitlines())
            if found:
                raise SandboxError(f"Odoo complained while running {' '.join(args)}:\n" + "\n".join(found))
            odoo.shell(BUNDLES)
            cluster.sql("CHECKPOINT")
        _keep(folder, cluster, odoo)
    finally:
        cluster.stop()
        shutil.rmtree(work, ignore_errors=True)


def _keep(folder: Path, cluster: Cluster, odoo: Odoo) -> None:
    """Moves a stopped cluster and its filestore into the cache and drops older templates of the same kind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_suffix(".new")
    remove_tree(draft)
    draft.mkdir()
    copy_tree(cluster.data, draft / "data")
    copy_tree(odoo.data / "filestore", draft / "filestore")
    for old in folder.parent.glob(f"{folder.name.split('-')[0]}-*"):
        if old != draft:
            remove_tree(old)
    draft.rename(folder)


def place(template: Path | None, cluster: Cluster, data_dir: Path) -> None:
    """Gives a cluster that is not started yet the template's databases, and `data_dir` their filestores."""
    cluster.init(template / "data" if template else None)
    if template:
        copy_tree(template / "filestore", data_dir / "filestore")


def clone(cluster: Cluster, data_dir: Path, source: str, target: str) -> None:
    """Copies a database with its filestore inside one cluster."""
    cluster.createdb(target, template=source)
    if filestore(data_dir, source).exists() and source != target:
        copy_tree(filestore(data_dir, source), filestore(data_dir, target))
