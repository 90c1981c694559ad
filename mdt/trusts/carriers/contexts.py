"""Which presentation contexts to propose and to accept, so that every object can come as it is held.

We propose one context for each pair of SOP class and transfer syntax: where several syntaxes share a context one is
picked, and objects held in another are converted, or cannot be sent. An association has room for 128 contexts (PS3.8
section 9.3.2.2), so large wishes are split over several.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from pynetdicom import AllStoragePresentationContexts, build_context
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalMammographyXRayImageStorageForPresentation,
    DigitalXRayImageStorageForPresentation,
    EncapsulatedPDFStorage,
    MRImageStorage,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
    XRayAngiographicImageStorage,
)

ROOM = 127  # one is for C-GET itself
NATIVE = tuple(f"1.2.840.10008.1.2{ending}" for ending in (".1", "", ".2", ".1.99"))
# Lossless before lossy, then video; not the syntaxes that refer to bytes elsewhere.
COMPRESSED = tuple(
    f"1.2.840.10008.1.2{ending}"
    for ending in (
        *(f".4.{number}" for number in (70, 57, 90, 80, 201, 202, 110)),
        ".5",
        *(f".4.{number}" for number in (50, 51, 91, 81, 203, 111, 112)),
        *(f".4.{number}" for number in range(100, 109)),
    )
)
SYNTAXES = NATIVE + COMPRESSED
STORAGE_CLASSES = tuple(str(context.abstract_syntax) for context in AllStoragePresentationContexts)
_STORAGE = frozenset(STORAGE_CLASSES)
_COMMON = (
    CTImageStorage,
    MRImageStorage,
    ComputedRadiographyImageStorage,
    PositronEmissionTomographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalMammographyXRayImageStorageForPresentation,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
    XRayAngiographicImageStorage,
    NuclearMedicineImageStorage,
    SecondaryCaptureImageStorage,
    EncapsulatedPDFStorage,
)


def plans(sop_classes: Iterable[str]) -> Iterator[list[PresentationContext]]:
    """Contexts for one association after another, until all came. An empty class is one the peer does not say."""
    classes = set(sop_classes)
    known = sorted(classes - {""})
    yield from _as_held(known)
    if "" in classes:
        common = [str(uid) for uid in _COMMON if uid not in known]
        yield from _as_held(common)
        rest = [uid for uid in STORAGE_CLASSES if uid not in known and uid not in common]
        yield from _filled(build_context(uid, list(NATIVE[:2])) for uid in rest)
        known += common
    # Some peers use the first context they accepted for a class, whatever an object is held in.
    for syntax in COMPRESSED:
        yield from _filled(build_context(uid, syntax) for uid in known)


def accepted(proposed: Iterable[PresentationContext], *, native_first: bool) -> list[PresentationContext]:
    """What our Storage SCP takes of what a sender proposes, its syntaxes in our order of preference.

    Native first: a sender made to compress might lose something. What it can only send compressed comes otherwise.
    """

    offered: dict[str, list[str]] = {}
    for context in proposed:
        if context.abstract_syntax in _STORAGE:
            offered.setdefault(context.abstract_syntax, []).extend(context.transfer_syntax)

    def rank(syntax: str) -> int:
        if syntax in NATIVE:
            return NATIVE.index(syntax) if native_first else len(NATIVE)
        return len(NATIVE) if native_first else 0

    return [build_context(uid, sorted(dict.fromkeys(syntaxes), key=rank)) for uid, syntaxes in offered.items()]


def _as_held(classes: Iterable[str]) -> Iterator[list[PresentationContext]]:
    return _filled(build_context(uid, syntax) for uid in classes for syntax in SYNTAXES)


def _filled(contexts: Iterable[PresentationContext]) -> Iterator[list[PresentationContext]]:
    remaining = iter(contexts)
    while batch := list(islice(remaining, ROOM)):
        yield batch
