"""Notes about moments of a recording, read from the messages that they are."""

from __future__ import annotations

import pytest
from addon_tools.moments import moment_of

LINK = '<a href="/odoo/calls/7#asterisk_recording=5&amp;t=42" target="_blank">0:42</a>'


@pytest.mark.parametrize(
    "body, moment",
    [
        (f"<p>{LINK} Asks for a discount</p>", (42, "Asks for a discount")),
        (f"<p>{LINK} 2 &lt; 3 &amp; <b>bold</b></p>", (42, "2 < 3 & bold")),
        (f"<p>See {LINK}:<br>he laughs</p><p>twice</p>", (42, "See : he laughs twice")),
        (LINK.replace("&amp;", "&"), (42, "")),
        (LINK.replace("=5&", "=55&"), None),
        (LINK.replace("t=42", "t=1234567"), None),
        (LINK.replace("t=42", "t=4x"), None),
        ("#asterisk_recording=5&amp;t=42", None),
        ("<p>Hello</p>", None),
        ("", None),
        (None, None),
    ],
)
def test_a_message_that_links_to_a_moment(body, moment):
    assert moment_of(body, 5) == moment
