"""What was uploaded, as files to look at one batch after another: a folder as it is, or one ZIP, unpacked as needed."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mdt.core.errors import Invalid
from mdt.core.sandbox import Sandbox, SandboxError
from mdt.imaging.disc import media
from mdt.imaging.disc.contents import Contents, contents
from mdt.imaging.disc.media import Bounds, Item

MOST_FILES = 24
MOST_BYTES = 48 << 20


@dataclass
class Medium:
    """`folder` holds each uploaded file as `<n>`, and its name on the disc in `<n>.name`."""

    folder: Path
    sandbox: Sandbox
    bounds: Bounds
    items: list[Item] = field(default_factory=list)
    zip: Path | None = None

    def open(self, files: int) -> None:
        """Learn what is on it; raises Invalid when the whole of it is refused. `files` is how many were uploaded."""
        paths = [self.folder / str(n) for n in range(files)]
        if not all(path.exists() and path.with_suffix(".name").exists() for path in paths):
            raise Invalid("The files of this import are no longer there. Bring the disc again.")
        if files == 1 and media.is_zip(paths[0]):
            self.zip = paths[0]
            try:
                self.items = self.sandbox.call(media.items_of_zip, self.zip, self.bounds)
            except SandboxError as error:
                raise Invalid(str(error)) from None
        else:
            names = [path.with_suffix(".name").read_text("utf-8") for path in paths]
            sizes = [path.stat().st_size for path in paths]
            self.items = [Item(name, size, media.named_badly(name)) for name, size in zip(names, sizes, strict=True)]

    def batches(self, start: int) -> Iterator[list[int]]:
        """Places of a few files at a time, from `start` on."""
        batch: list[int] = []
        size = 0
        for place in range(start, len(self.items)):
            batch.append(place)
            size += self.items[place].bytes
            if len(batch) >= MOST_FILES or size >= MOST_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def files(self, places: Sequence[int]) -> dict[int, Path | str]:
        """Each of these as a file of its own, or the sentence why it cannot be had. Let go of them with `done`."""
        found: dict[int, Path | str] = {place: self.items[place].refused for place in places}
        wanted = [place for place in places if not found[place]]
        if self.zip is None:
            return found | {place: self.folder / str(place) for place in wanted}
        into = self.folder / "unpacked"
        into.mkdir(exist_ok=True)
        try:
            why = self.sandbox.call(media.unpack, self.zip, wanted, into, self.bounds)
        except SandboxError as error:
            return found | dict.fromkeys(wanted, f"It could not be unpacked. {error}")
        return found | {place: said or into / str(place) for place, said in zip(wanted, why, strict=True)}

    def done(self) -> None:
        """What was unpacked is not needed any more."""
        shutil.rmtree(self.folder / "unpacked", ignore_errors=True)

    def tables(self) -> tuple[dict[str, Contents], list[str]]:
        """What each table of contents on it lists, by the table's name; and what cannot be read of them, in words."""
        told: dict[str, Contents] = {}
        unread: list[str] = []
        for place, item in enumerate(self.items):
            if item.refused or not media.is_contents(item.name):
                continue
            file = self.files([place])[place]
            try:
                told[item.name] = self.sandbox.call(contents, file) if isinstance(file, Path) else _cannot(file)
            except (SandboxError, Invalid) as error:
                unread.append(str(error))
        self.done()
        return told, unread


def _cannot(why: str) -> Contents:
    raise Invalid(f"The disc’s table of contents (DICOMDIR) cannot be read. {why}")
