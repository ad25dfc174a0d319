"""Pictures of the screen, for whoever looks after a test run, and for the README."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.async_api import Page

# An image further down is not even asked for.
ALL_HERE = "() => [...document.images].every((one) => one.complete || one.getBoundingClientRect().top > innerHeight)"
COLOURS = 256  # enough for a user interface, and a third of the size


class Album:
    """Where pictures go: all of them to `folder`, those made for the README to `docs` too, when there is one."""

    def __init__(self, folder: Path, docs: Path | None) -> None:
        self.folder, self.docs = folder, docs

    async def take(self, page: Page, name: str, *, readme: bool = False, **options: object) -> None:
        """A picture of a page or a part of it. options: Playwright's, `clip` for example."""
        path = self.folder / f"{name}.png"
        await page.wait_for_function(ALL_HERE)
        await page.screenshot(path=path, animations="disabled", **options)
        if readme and self.docs:
            with Image.open(path) as picture:
                picture.convert("RGB").quantize(COLOURS).save(self.docs / path.name, optimize=True)
