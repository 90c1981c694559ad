"""Transfer syntaxes (PS3.6 table A-1): which are compressed, and which lose something."""

from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID

from mdt.imaging.files import attributes

DEFLATED_FRAMES = UID("1.2.840.10008.1.2.8.1")  # Deflated Image Frame Compression, since 2024
PLAIN_FRAMES = UID("1.2.840.10008.1.2.1.98")  # Encapsulated Uncompressed: each fragment a frame as it is
# Progressive JPEG (retired, yet in old archives) and JPEG XL, of which pydicom knows nothing.
NOT_IN_PYDICOM = frozenset(f"1.2.840.10008.1.2.4.{part}" for part in ("53", "55", "110", "111", "112"))

_NATIVE = frozenset(
    {
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
        "1.2.840.113619.5.2",
    }
)
_ALWAYS_LOSSY = frozenset(
    {
        "1.2.840.10008.1.2.4.50",  # JPEG baseline
        "1.2.840.10008.1.2.4.51",  # JPEG extended
        "1.2.840.10008.1.2.4.53",  # JPEG spectral selection
        "1.2.840.10008.1.2.4.55",  # JPEG full progression
        "1.2.840.10008.1.2.4.81",  # JPEG-LS near-lossless
    }
)
# May be either; what the header does not call lossless counts as lossy. Video is always lossy.
_PERHAPS_LOSSY = frozenset(f"1.2.840.10008.1.2.4.{part}" for part in ("91", "203", "111", "112"))
_VIDEO = tuple(f"1.2.840.10008.1.2.4.10{digit}" for digit in range(9))


def is_encapsulated(syntax: UID) -> bool:
    return syntax not in _NATIVE


def is_video(syntax: UID) -> bool:
    return str(syntax).startswith(_VIDEO)


def lossiness(dataset: Dataset, syntax: UID) -> dict[str, Any]:
    """`lossy` by the header (0028,2110) or the transfer syntax; `lossy_ratio` by the header, all steps together."""
    stated = attributes.text(dataset, "LossyImageCompression")
    lossy = (
        stated == "01" or syntax in _ALWAYS_LOSSY or is_video(syntax) or (syntax in _PERHAPS_LOSSY and stated != "00")
    )
    ratio = None
    if lossy:
        for step in attributes.numbers(dataset, "LossyImageCompressionRatio") or []:
            ratio = (ratio or 1.0) * step if step >= 1 else ratio
    return {"lossy": lossy, "lossy_ratio": ratio}
