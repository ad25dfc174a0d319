"""The package as a PBX gets it: built, installed where nothing else is, and set up on a folder."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import venv
import zipfile

import pytest

from pbx_agent import __version__
from sandbox.paths import AGENT, ROOT
from tests.unit.agent.test_cli import TRACE

try:
    import tomllib
except ImportError:  # Python 3.10
    tomllib = None

DATA = {"etc": "manager.conf", "dialplan": "extensions.conf", "systemd": "pbx-agent.service"}


def run(*argv, **options):
    """A program that must succeed; what it said."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built offline from a copy of what belongs to the package, so that nothing is left in the checkout."""
    source, target = tmp_path_factory.mktemp("source") / "agent", tmp_path_factory.mktemp("wheel")
    listed = run("git", "ls-files", "-co", "--exclude-standard", AGENT, cwd=ROOT).splitlines()
    for name in listed:
        path = ROOT / name
        if path.is_file():
            copy = source / path.relative_to(AGENT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *offline, "-q", "-w", target, source)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """`bin` of a virtual environment with nothing in it but the package."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    site = run(folder / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    offline = ("--no-index", "--no-deps", "--disable-pip-version-check", "--no-compile")
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", *offline, "-q", wheel)
    assert os.listdir(site)
    return folder / "bin"


def clean_environment(**more):
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **more}


def test_the_wheel_is_named_after_the_version(wheel):
    assert wheel.name == f"pbx_agent-{__version__}-py3-none-any.whl"


def test_every_file_of_the_package_is_in_it(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    listed = run("git", "ls-files", "-co", "--exclude-standard", AGENT / "pbx_agent", cwd=ROOT).splitlines()
    modules = {(ROOT / name).relative_to(AGENT).as_posix() for name in listed if (ROOT / name).is_file()}
    assert modules <= inside
    assert {f"pbx_agent/{room}/{name}" for room, name in DATA.items()} <= inside
    assert not [name for name in inside if "test" in name]


def test_it_says_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"pbx_agent-{__version__}.dist-info/METADATA").decode()
    needs = re.findall(r"^Requires-Dist: ([\w-]+)(?!.*extra ==)", metadata, re.MULTILINE)
    assert sorted(needs) == ["aiohttp", "panoramisk"]
    assert "Requires-Python: >=3.9" in metadata
    assert "LGPL" in metadata


@pytest.mark.skipif(tomllib is None, reason="needs Python 3.11")
def test_the_sandbox_has_versions_that_fit():
    project = tomllib.loads((AGENT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"pbx-agent": "pbx_agent.cli:main"}
    pinned = (ROOT / "sandbox" / "requirements" / "agent.txt").read_text("utf-8")
    assert all(need.split(">")[0] in pinned for need in project["dependencies"])


def test_the_program_runs_where_nothing_else_is_installed(installed, tmp_path):
    assert run(installed / "pbx-agent", "--version", env=clean_environment()).strip() == __version__
    (tmp_path / "trace").write_text(TRACE)
    assert "+493012345678" in run(installed / "pbx-agent", "replay", tmp_path / "trace", env=clean_environment())


def test_setup_finds_its_templates_in_the_installed_package(installed, tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "manager.conf").write_text("[general]\nenabled = yes\n")
    said = run(
        installed / "pbx-agent", "setup", "--odoo", "https://odoo.example", "--asterisk-etc", tmp_path / "etc",
        "--config", tmp_path / "agent.conf", "--state-dir", tmp_path / "state",
        env=clean_environment(PBX_AGENT_ODOO_KEY="abc"),
    )  # fmt: skip
    for name in ("manager.conf", "extensions.conf"):
        template = {"manager.conf": "etc", "extensions.conf": "dialplan"}[name]
        ours = (AGENT / template / name).read_text("utf-8").splitlines()[-1]
        assert (tmp_path / "etc" / "odoo" / name).read_text("utf-8").splitlines()[-1] == ours
    assert str(AGENT) not in said


# -- the unit ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def unit():
    """systemd's sections of the unit; an option that stands twice counts once."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(AGENT / "systemd" / "pbx-agent.service", encoding="utf-8")
    return parser


def test_the_unit_starts_the_agent_as_its_own_user_and_again_for_ever(unit):
    service = unit["Service"]
    assert service["ExecStart"] == "/usr/local/bin/pbx-agent run"
    assert (service["User"], service["Restart"], service["StateDirectory"]) == ("pbx-agent", "always", "pbx-agent")
    assert unit["Install"]["WantedBy"] == "multi-user.target"


@pytest.mark.parametrize(
    "option, value",
    [("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("ProtectHome", "yes"), ("PrivateTmp", "yes"),
     ("CapabilityBoundingSet", ""), ("StateDirectoryMode", "0700"), ("UMask", "0077")],
)  # fmt: skip
def test_the_unit_gives_the_agent_no_more_than_it_needs(unit, option, value):
    assert unit["Service"][option] == value
