"""Through the files of a CSV store, from the oldest to the one that Asterisk writes, whatever rotation does."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from .csv_files import CsvFile, CsvFolder, Tape, fingerprint, is_line_start
from .portion import Cursor
from .zone import Moment

#: So often a file is looked for that is another one by the time it is opened.
ATTEMPTS = 3


class _Place(NamedTuple):
    """Where reading goes on. `is_finished`: nothing more will be written there; `doubt`: it is further back or later
    than where it stopped.
    """

    file: CsvFile | None
    offset: int = 0
    is_finished: bool = False
    doubt: bool = False


class CsvTrack:
    """A position in the files of a folder.

    :param when: returns when the first row of a file's first bytes was
    """

    def __init__(self, folder: CsvFolder, when: Callable[[bytes], Moment | None]) -> None:
        self._folder, self._when = folder, when
        self._tape: Tape | None = None
        self._is_finished = False
        self.line = 0
        self.doubt = False

    @property
    def name(self) -> str:
        """The name of the file that is being read."""
        return self._tape.file.path.name if self._tape is not None else ""

    def seek(self, cursor: Cursor) -> None:
        """Go to where `cursor` says, to the beginning of the oldest file if it says nothing. :raises OSError:"""
        self.doubt, self.line = False, int(cursor.get("line", 0))
        if cursor.get("span"):
            self._open(lambda: self._locate(cursor))
        else:
            self._open(lambda: self._begin(self._folder.files()))

    def cursor(self) -> Cursor:
        """Return the position, {}: there is no file with a row yet."""
        tape = self._tape
        if tape is None or not tape.file.head:
            return {}
        head = tape.file.head
        return {
            "print": fingerprint(head), "span": len(head), "began": self._when(head), "offset": tape.offset,
            "line": self.line,
        }  # fmt: skip

    def lines(self, most: int) -> tuple[bytes, bool]:
        """Return up to `most` lines and whether that is all of this file; nothing: there are none (yet).

        :raises OSError, EOFError: a file cannot be read
        """
        if self._tape is None:
            self.seek({})
        while self._tape is not None:
            text = self._tape.lines(most)
            if text:
                return text, False
            if not self._is_finished:
                if not self._turn():
                    break
                continue
            following = self._following()
            if following.file is None:
                break
            if self._tape.remainder():
                return self._tape.remainder(), True
            self._open(self._following)
        return b"", False

    def take(self, count: int, lines: int) -> None:
        """So many bytes and lines are done."""
        if self._tape is not None:
            self._tape.take(count)
            self.line += lines

    def grow(self) -> bool:
        """Look for more lines behind the ones that were given; tell whether there are."""
        return self._tape is not None and self._tape.grow()

    def take_trouble(self) -> str:
        """Return once why the file that is being read cannot be unpacked further."""
        trouble = self._tape.trouble if self._tape is not None else ""
        if trouble and self._tape is not None and trouble != "told":
            self._tape.trouble = "told"
            return trouble
        return ""

    def close(self) -> None:
        """Let go of the file."""
        if self._tape is not None:
            self._tape.close()
        self._tape = None

    # -- finding the way -------------------------------------------------------------------------------------------

    def _open(self, find: Callable[[], _Place]) -> None:
        """Go to the place that `find` returns, which is asked again where a rotation comes before the file is open."""
        place, tape = find(), None
        for attempt in range(1, ATTEMPTS + 1):
            try:
                tape = Tape(place.file, place.offset) if place.file is not None else None
            except FileNotFoundError:
                if attempt == ATTEMPTS:
                    raise
            else:
                if tape is None or tape.is_as_found() or attempt == ATTEMPTS:
                    break
                tape.close()
            place = find()
        self.close()
        self._tape, self._is_finished, self.doubt = tape, place.is_finished, self.doubt or place.doubt
        if not place.offset:
            self.line = 0

    def _turn(self) -> bool:
        """At the end of what there is: is this still the file that Asterisk writes? Tells whether there may be more."""
        tape, here = self._tape, self.cursor()
        if tape is None:
            return False
        place = self._locate(here)
        file = place.file
        if file is not None and not place.doubt and file.inode == tape.file.inode:
            tape.file, self._is_finished = file, place.is_finished
            return place.is_finished
        is_ours = file is not None and file.is_named(here["print"], here["span"])
        if place.doubt and not is_ours and tape.is_whole() and not self._is_current(tape):
            self._is_finished = True  # it was taken out of the folder, but we still hold it
            return True
        if file is None:
            return False
        self._open(lambda: self._locate(here))
        return True

    def _is_current(self, tape: Tape) -> bool:
        current = self._folder.current()
        return current is not None and current.inode == tape.file.inode

    def _locate(self, cursor: Cursor) -> _Place:
        """Return where the file of `cursor` is now; where it is gone, what comes after it."""
        print_, span, offset = str(cursor["print"]), int(cursor["span"]), int(cursor["offset"])
        current = self._folder.current()
        is_current = current is not None and current.is_named(print_, span)
        if is_current and current.size >= offset and is_line_start(current, offset):
            return _Place(current, offset)
        older = self._folder.find(print_, span, offset)
        if older is not None:
            return _Place(older, offset, is_finished=True)
        if is_current:  # it was cut or written anew
            return _Place(current, doubt=True)
        began = cursor.get("began") or 0
        later = [file for file in self._folder.files() if self._began(file) > began]
        # Written anew with an older beginning: what is there now is all there is.
        return self._begin(later or [file for file in (current,) if file is not None])._replace(doubt=True)

    def _following(self) -> _Place:
        """Return the file after the one that was read to its end."""
        here = self.cursor()
        files = self._folder.files()
        for index, file in enumerate(files):
            if file.is_named(here["print"], here["span"]):
                return self._begin(files[index + 1 :])
        return self._begin([file for file in files if self._began(file) > (here["began"] or 0)])

    def _begin(self, files: list[CsvFile]) -> _Place:
        """Return the beginning of the first of `files`; an empty one is no file yet."""
        if not files or not files[0].head:
            return _Place(None)
        current = self._folder.current()
        return _Place(files[0], is_finished=current is None or files[0].path != current.path)

    def _began(self, file: CsvFile) -> Any:
        return self._when(file.head) or float("inf")
