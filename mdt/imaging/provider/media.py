"""What compressed frames are called on the web, by transfer syntax (PS3.18 table 8.7.3-5)."""

OCTETS = "application/octet-stream"
HTJ2K, HTJ2K_LOSSLESS = "image/jphc", "1.2.840.10008.1.2.4.201"

_MEDIA = {
    "image/jpeg": ("50", "51", "53", "55", "57", "70"),
    "image/jls": ("80", "81"),
    "image/jp2": ("90", "91"),
    "image/jpx": ("92", "93"),
    "image/jxl": ("110", "111", "112"),
    HTJ2K: ("201", "202", "203"),
}
_BY_SYNTAX = {f"1.2.840.10008.1.2.4.{last}": media for media, lasts in _MEDIA.items() for last in lasts}
_BY_SYNTAX["1.2.840.10008.1.2.5"] = "image/dicom-rle"


def media_type(syntax: str) -> str | None:
    """The type of one frame in this transfer syntax; None for uncompressed ones and those without a type."""
    return _BY_SYNTAX.get(syntax)
