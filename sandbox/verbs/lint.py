"""`./run lint [--fix]`: ruff, pylint-odoo, eslint, prettier, and whether XML and JSON files are well-formed.

--fix lets the formatters and the linters that can mend what they find.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import xml.etree.ElementTree
from collections.abc import Iterator
from pathlib import Path

from sandbox import node, provision, venv
from sandbox.paths import ADDON, ROOT
from sandbox.say import say


def main(argv: list[str]) -> int:
    """Runs every linter; returns 1 when one of them found something."""
    parser = argparse.ArgumentParser(
        prog="run lint", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    fix = parser.parse_args(argv).fix
    provision.tools()
    results = [_check(name, command) for name, command in (*_python(fix), *_javascript(fix))]
    results.append(_report("well-formed", [*_broken("*.xml", _xml), *_broken("*.json", json.loads)]))
    return 0 if all(results) else 1


def _python(fix: bool) -> Iterator[tuple[str, list]]:
    ruff = venv.folder() / "bin" / "ruff"
    yield "ruff check", [ruff, "check", "--quiet", *(["--fix"] if fix else [])]
    yield "ruff format", [ruff, "format", "--quiet", *([] if fix else ["--check", "--diff"])]
    if (ADDON / "__manifest__.py").exists():
        # One model in several files, a theme each, keeps the files short; an rcfile cannot take back a single message.
        split = "--disable=consider-merging-classes-inherited"
        yield "pylint-odoo", [venv.python(), "-m", "pylint", "--rcfile=.pylintrc", split, ADDON.name]


def _javascript(fix: bool) -> Iterator[tuple[str, list]]:
    static = ADDON / "static"
    scripts = [path for name in ("src", "tests") for path in sorted((static / name).rglob("*.js"))]
    if not scripts:
        return
    modules = node.ensure()
    eslint, prettier = modules / "eslint/bin/eslint.js", modules / "prettier/bin/prettier.cjs"
    yield "eslint", ["node", eslint, "--max-warnings=0", *(["--fix"] if fix else []), *scripts]
    styles = sorted((static / "src").rglob("*.scss"))
    yield "prettier", ["node", prettier, "--log-level=warn", "--write" if fix else "--check", *scripts, *styles]


def _check(name: str, command: list) -> bool:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=venv.environment(ROOT), text=True, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return _report(name, done.stdout.splitlines() or ["(no output)"] if done.returncode else [])


def _report(name: str, findings: list[str]) -> bool:
    if findings:
        print("\n".join(findings))
    say("lint", f"{name}: {'FAILED' if findings else 'ok'}")
    return not findings


def _xml(text: str) -> None:
    xml.etree.ElementTree.fromstring(text.encode())


def _broken(pattern: str, parse) -> Iterator[str]:
    """What is wrong with files of this name that git knows or would take."""
    for path in _files(pattern):
        try:
            parse(path.read_text("utf-8"))
        except (ValueError, xml.etree.ElementTree.ParseError) as error:
            yield f"{path.relative_to(ROOT)}: {error}"


def _files(pattern: str) -> list[Path]:
    command = ["git", "ls-files", "-co", "--exclude-standard", "--deduplicate", pattern]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]
