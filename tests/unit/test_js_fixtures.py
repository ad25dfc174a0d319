"""The browser's tests use the contract's examples, word by word.

A browser test cannot read a file beside it, so the examples are copied into one module; this test keeps the copy true.
After a change of the contract write it anew: ``python tests/unit/test_js_fixtures.py``
"""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "contract" / "client"
FIXTURES = ROOT / "asterisk_connector" / "static" / "tests" / "contract_fixtures.js"
HEAD = """\
// The examples of docs/contract.md, section 3, a line each. Written and checked by tests/unit/test_js_fixtures.py.
// prettier-ignore
export const FIXTURES = {
"""
TAIL = "};\n"


def examples() -> dict:
    """Every example of what the browser gets: file name without its ending → content."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.json"))}


def module_text() -> str:
    """The module as it has to be."""
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n" for name, value in examples().items()]
    return HEAD + "".join(lines) + TAIL


def fixtures() -> dict:
    """What the module holds, read as the JSON that it is but for its last comma."""
    body = re.search(r"export const FIXTURES = (\{.*\});\s*$", FIXTURES.read_text("utf-8"), re.DOTALL).group(1)
    return json.loads(re.sub(r",\s*\}$", "}", body))


def test_the_browser_knows_every_example():
    assert sorted(fixtures()) == sorted(examples())


def test_the_browser_knows_them_as_the_contract_has_them():
    assert fixtures() == examples(), f"write it anew: python {Path(__file__).relative_to(ROOT)}"


if __name__ == "__main__":
    FIXTURES.write_text(module_text(), "utf-8")
