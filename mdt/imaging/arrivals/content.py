"""What an image's pixels are called: a digest of their bytes as received, so that the same picture twice is noticed."""

import hashlib

from mdt.imaging.files.opening import Opened

_CHUNK = 1 << 20


def content_of(file: Opened) -> str | None:
    """BLAKE2b (16 bytes) of the pixel data element's value; None when there is none. Runs in the sandbox."""
    pixels = file.pixels
    if pixels is None:
        return None
    digest = hashlib.blake2b(digest_size=16)
    left = pixels.there if pixels.length is None else min(pixels.length, pixels.there)
    pixels.file.seek(pixels.offset)
    while left > 0 and (chunk := pixels.file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()
