"""Leaves of objects at hand: made in the sandbox when first needed, kept in the store, the short half also here."""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import ExitStack
from threading import Lock

from flask import Flask, current_app

from mdt.bootstrap import House
from mdt.core.sandbox import Limits
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.keeping.store import Store
from mdt.imaging.provider import leaf, ready
from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.leaf import MAKER, Leaf
from mdt.imaging.provider.ready import Ready
from mdt.web.dicomweb.answers import NotAcceptable

AT_ONCE = 2  # children in each web process
LIMITS = Limits(memory=3 << 30, cpu_seconds=120, wall_seconds=120.0)

_BATCH = 16
_MOST_PACKS = 32
_MOST_PLACES = 400_000  # of frames, over all leaves that are kept in memory


class Shelf:
    """The leaves read lately, bounded by how many frames they tell the places of."""

    def __init__(self, most: int = _MOST_PLACES) -> None:
        self._held: OrderedDict[str, tuple[Leaf, int]] = OrderedDict()
        self._most, self._places = most, 0
        self._lock = Lock()

    def get(self, sha256: str) -> tuple[Leaf, int] | None:
        with self._lock:
            if sha256 in self._held:
                self._held.move_to_end(sha256)
            return self._held.get(sha256)

    def put(self, sha256: str, found: tuple[Leaf, int]) -> None:
        with self._lock:
            if sha256 in self._held:
                return
            self._held[sha256] = found
            self._places += _weight(found[0])
            while self._places > self._most and len(self._held) > 1:
                _, (old, _) = self._held.popitem(last=False)
                self._places -= _weight(old)


class Reader:
    """This process's way to what objects say. Holds no request, so that a stream may go on using it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sandboxes = Sandboxes(AT_ONCE, LIMITS)
        self._shelf = Shelf()
        self._packs: OrderedDict[str, Ready] = OrderedDict()

    def leaf(self, one: Object) -> Leaf:
        """What there is to know of an object's frames; raises NotAcceptable for one that cannot be read."""
        return self._at_hand(one)[0]

    def kept(self, one: Object) -> Leaf | None:
        """The object's leaf, where nothing need be made for it."""
        found = self._shelf.get(one.sha256)
        if found is None and self._is_kept(one.sha256):
            found = self._at_hand(one)
        return found[0] if found else None

    def model(self, one: Object, base: bytes) -> bytes:
        """An object's header as DICOM JSON; addresses of its binary values begin with `base`."""
        _, at = self._at_hand(one)
        with self.store.open_leaf(one.sha256, MAKER) as file:
            file.seek(at)
            return file.read().replace(b"\0", base)

    def make(self, objects: Sequence[Object]) -> dict[str, str]:
        """See to it that every object has its leaf. Returns why some have none, by SOP Instance UID."""
        why: dict[str, str] = {}
        missing = [one for one in objects if self._shelf.get(one.sha256) is None and not self._is_kept(one.sha256)]
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            with self.store.drafting_folder() as folder, ExitStack() as files:
                paths = [files.enter_context(self.store.as_file(one.sha256)) for one in batch]
                drafts = [folder / one.sha256 for one in batch]
                said = self.sandboxes.call(leaf.write_all, paths, drafts)
                for one, draft, refused in zip(batch, drafts, said, strict=True):
                    if refused is None:
                        self.store.put_leaf(one.sha256, MAKER, draft)
                    else:
                        why[one.sop_uid] = refused
        return why

    def ready(self, series_id: str, version: str) -> Ready | None:
        """The codestreams of a pack that may be handed out; None when that version is gone."""
        if version not in self._packs:
            try:
                self._packs[version] = ready.ready(self.store, series_id, version)
            except FileNotFoundError:
                return None
            while len(self._packs) > _MOST_PACKS:
                self._packs.popitem(last=False)
        return self._packs[version]

    def _at_hand(self, one: Object) -> tuple[Leaf, int]:
        found = self._shelf.get(one.sha256)
        if found is None:
            if why := self.make([one]).get(one.sop_uid):
                raise NotAcceptable(why)
            with self.store.open_leaf(one.sha256, MAKER) as file:
                found = leaf.read(file)
            self._shelf.put(one.sha256, found)
        return found

    def _is_kept(self, sha256: str) -> bool:
        try:
            self.store.open_leaf(sha256, MAKER).close()
        except FileNotFoundError:
            return False
        return True


def reader() -> Reader:
    """The one of this process."""
    return reader_of(current_app)


def reader_of(app: Flask) -> Reader:
    made: Reader | None = app.extensions.get("mdt.dicomweb")
    if made is None:
        house: House = app.extensions["mdt.house"]
        made = app.extensions["mdt.dicomweb"] = Reader(house.store)
    return made


def _weight(one: Leaf) -> int:
    return 4 + sum(map(len, one.places or ()))
