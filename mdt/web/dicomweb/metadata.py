"""The headers of objects as DICOM JSON (PS3.18 10.4.1.1.2), one after the other, with addresses for what is binary."""

from collections.abc import Iterator, Sequence

from flask import Response

from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.leaf import MAKER
from mdt.web.dicomweb import finding, leaves, looks
from mdt.web.dicomweb.answers import DICOM_JSON, NotAcceptable, choose, only, stream, tag_of, warn
from mdt.web.dicomweb.negotiation import Offer

_OFFERS = (Offer(DICOM_JSON, multipart=False), Offer("application/json", multipart=False))
_GATHERED = 256 << 10  # bytes that leave at once


def metadata(study: str, series: str | None = None, sop: str | None = None) -> Response:
    only()
    chosen = choose(_OFFERS, f"Metadata is sent as {DICOM_JSON}.")
    objects = finding.objects(study, series, sop)
    reader = leaves.reader()
    why = reader.make(objects)
    readable = [one for one in objects if one.sop_uid not in why]
    if not readable:
        raise NotAcceptable(f"The header cannot be read. {next(iter(why.values()))}")
    looks.read("metadata", objects, single=sop is not None)
    bases = [finding.address_of(one) + "/bulkdata/" for one in readable]
    tag = tag_of("metadata", MAKER, chosen.type, finding.root(), *(one.sha256 for one in readable))
    answer = stream(_array(reader, readable, bases), chosen.type, None, tag)
    if why:
        warn(answer, f"{len(why)} objects are left out, because their headers cannot be read: {', '.join(why)[:900]}")
    return answer


def _array(reader: leaves.Reader, objects: Sequence[Object], bases: Sequence[str]) -> Iterator[bytes]:
    waiting = bytearray(b"[")
    for number, (one, base) in enumerate(zip(objects, bases, strict=True)):
        waiting += (b"," if number else b"") + reader.model(one, base.encode())
        if len(waiting) >= _GATHERED:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting) + b"]"
