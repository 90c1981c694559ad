"""Which presentation contexts to propose for C-GET, so that every object can come as it is held.

One context for each pair of SOP class and transfer syntax: where several syntaxes share a context the peer picks one,
and then converts the objects held in another, or cannot send them. An association has room for 128 contexts
(PS3.8 section 9.3.2.2), so large wishes are split over several.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
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
# Native, deflated, JPEG, JPEG-LS, JPEG 2000, RLE, HTJ2K, JPEG XL and video; not the ones that refer to bytes elsewhere.
SYNTAXES = tuple(
    f"1.2.840.10008.1.2{ending}"
    for ending in (
        *("", ".1", ".1.99", ".2", ".5"),
        *(f".4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203, 110, 111, 112)),
        *(f".4.{number}" for number in range(100, 109)),
    )
)
STORAGE_CLASSES = tuple(str(context.abstract_syntax) for context in AllStoragePresentationContexts)
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
        others = [uid for uid in map(str, _COMMON) if uid not in known]
        yield from _as_held(others)
        rest = [uid for uid in STORAGE_CLASSES if uid not in known and uid not in others]
        plain = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
        yield from _filled(build_context(uid, plain) for uid in rest)


def _as_held(classes: Iterable[str]) -> Iterator[list[PresentationContext]]:
    return _filled(build_context(uid, syntax) for uid in classes for syntax in SYNTAXES)


def _filled(contexts: Iterable[PresentationContext]) -> Iterator[list[PresentationContext]]:
    remaining = iter(contexts)
    while batch := list(islice(remaining, ROOM)):
        yield batch
