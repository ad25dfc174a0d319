"""Where packages come from when the machine's apt knows no Debian mirror."""

from __future__ import annotations

import pytest

from sandbox import archive
from sandbox.say import SandboxError


@pytest.mark.parametrize("name", ["Debian.info", "debian.info"])
def test_the_mirror_of_the_templates_is_taken(tmp_path, name):
    (tmp_path / name).write_text(
        "Suite: sid\nBaseURI: http://mirror.example/debian/\n\nBaseURI: http://other.example/\n"
    )
    assert archive.template_mirror(tmp_path) == "http://mirror.example/debian/"


def test_no_known_mirror_says_what_to_set(tmp_path):
    (tmp_path / "ubuntu.info").write_text("BaseURI: http://mirror.example/ubuntu/\n")
    with pytest.raises(SandboxError, match="DEBIAN_MIRROR"):
        archive.template_mirror(tmp_path)


def test_a_chosen_mirror_wins(monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", "http://mirror.example/chosen")
    assert archive.mirror() == "http://mirror.example/chosen"
