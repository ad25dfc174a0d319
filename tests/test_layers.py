"""The import rules of docs/architecture.md, kept by reading the code: a rule that nobody checks is a wish.

Nothing is imported or run; every file is parsed. A rule names files by pattern, and says which imports they may have.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "asterisk_connector"
AGENT = ROOT / "asterisk_server_scripts" / "pbx_agent"
STDLIB = set(sys.stdlib_module_names) | {"__future__"}


def python_files(folder: Path) -> list[Path]:
    """Every Python file below `folder`, caches left out."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def modules_of(path: Path) -> set[str]:
    """Absolute dotted names that a file imports; a relative import keeps its leading dots."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def outside(path: Path) -> set[str]:
    """Top-level packages a file imports that are neither relative nor of the standard library."""
    return {name.split(".")[0] for name in modules_of(path) if not name.startswith(".")} - STDLIB


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


@pytest.mark.parametrize(
    "folder, allowed",
    [
        (AGENT / "calls", {"pbx_agent"}),
        (ADDON / "tools", {"phonenumbers", "anyascii", "odoo"}),
    ],
    ids=["calls is pure", "tools is pure"],
)
def test_pure_rooms_import_only_the_standard_library(folder, allowed):
    files = python_files(folder)
    assert files, f"{folder} has no Python file: the rule guards nothing"
    bad = {path.name: outside(path) - allowed for path in files if outside(path) - allowed}
    assert not bad


def test_tools_never_import_odoo_itself():
    """`tools/` may name its own package (odoo.addons.asterisk_connector.tools…) but nothing else of Odoo."""
    bad = {}
    for path in python_files(ADDON / "tools"):
        odoo = {m for m in modules_of(path) if m.split(".")[0] == "odoo"}
        odoo -= {m for m in odoo if m.startswith("odoo.addons.asterisk_connector.tools")}
        if odoo:
            bad[path.name] = odoo
    assert not bad


@pytest.mark.parametrize("name", ["parser", "events", "actions"])
def test_ami_parsing_is_pure(name):
    path = AGENT / "ami" / f"{name}.py"
    if not path.exists():
        assert name == "parser", f"{path} is missing"
        return
    assert outside(path) <= {"pbx_agent"}


def test_panoramisk_is_imported_in_one_place_only():
    users = [path for path in python_files(AGENT) if "panoramisk" in outside(path)]
    assert names(users) == ["asterisk_server_scripts/pbx_agent/ami/connection.py"]


#: a driver belongs to one kind of store, and is installed where that store is
DRIVERS = {"postgresql.py": {"psycopg2"}, "mysql.py": {"pymysql"}}


def test_the_agent_depends_on_two_libraries():
    for path in python_files(AGENT):
        allowed = {"panoramisk", "aiohttp", "pbx_agent"}
        if path.parent == AGENT / "cdr":
            allowed |= DRIVERS.get(path.name, set())
        assert outside(path) <= allowed, path


def test_agent_and_addon_do_not_know_each_other():
    assert not [p for p in python_files(AGENT) if {"odoo", "asterisk_connector"} & outside(p)]
    for path in python_files(ADDON):
        assert "pbx_agent" not in outside(path), path


def test_calls_do_not_reach_for_io():
    """The tracker takes time as an argument and touches neither clock, socket, disk nor other rooms of the agent."""
    forbidden = {"time", "socket", "asyncio", "threading", "sqlite3", "os", "random", "logging", "pathlib"}
    for path in python_files(AGENT / "calls"):
        top = {name.split(".")[0] for name in modules_of(path) if not name.startswith(".")}
        assert not top & forbidden, f"{path.name} imports {top & forbidden}"
        rooms = {name for name in modules_of(path) if re.match(r"\.\.+(odoo|commands|agent|cli)", name)}
        assert not rooms, f"{path.name} reaches into {rooms}"


def test_models_never_import_controllers():
    for path in python_files(ADDON / "models"):
        assert not [name for name in modules_of(path) if "controllers" in name], path


COMPONENTS = ADDON / "static" / "src" / "components"
TALKS_TO_ODOO = re.compile(r"""useService\(\s*["'](?:bus_service|orm|rpc)["']|@web/core/network/rpc|\brpc\(""")


def test_components_touch_neither_bus_nor_rpc():
    files = sorted(COMPONENTS.rglob("*.js"))
    assert files, "no components found"
    assert not [path.name for path in files if TALKS_TO_ODOO.search(path.read_text("utf-8"))]


SUBSCRIBES = re.compile(r"bus_service.*subscribe|bus\.subscribe|\.subscribe\(\s*[\"'`]asterisk")


def test_one_file_subscribes_to_the_bus():
    users = [p for p in sorted((ADDON / "static" / "src").rglob("*.js")) if SUBSCRIBES.search(p.read_text("utf-8"))]
    assert names(users) == ["asterisk_connector/static/src/services/asterisk_service.js"]


IMPORT_TIME = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
STARTERS = {"Thread", "socket", "create_connection", "connect", "Popen", "run_forever", "asyncio.run", "patch"}


def calls_at_import(tree: ast.AST):
    """Yield the name of every call that happens while the module is being imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, IMPORT_TIME):
            continue
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        yield from calls_at_import(node)


def test_nothing_starts_at_import_time():
    for path in python_files(AGENT) + python_files(ADDON):
        if path.name == "__main__.py":
            continue
        started = {n for n in calls_at_import(ast.parse(path.read_text("utf-8"))) if n.split(".")[-1] in STARTERS}
        assert not started, f"{path}: {started}"


def test_files_are_rooms_not_halls():
    """Python files of the product stay within 300 lines, JavaScript within 150."""
    long = [p for p in python_files(AGENT) + python_files(ADDON) if len(p.read_text("utf-8").splitlines()) > 300]
    sources = sorted((ADDON / "static" / "src").rglob("*.js"))
    long += [p for p in sources if len(p.read_text("utf-8").splitlines()) > 150]
    assert not names(long)
