"""Objects whole (PS3.18 10.4.1.1.1): as received, or in Explicit VR Little Endian for those who take nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Response
from pydicom.uid import UID, ExplicitVRLittleEndian

from mdt.imaging.files.syntaxes import is_video
from mdt.imaging.provider import plainly
from mdt.imaging.provider.catalogue import Object
from mdt.web.dicomweb import finding, leaves, looks
from mdt.web.dicomweb.answers import NotAcceptable, accepted, only, ranged, slices, stream, tag_of
from mdt.web.dicomweb.leaves import Reader
from mdt.web.dicomweb.negotiation import Offer, Taken, best
from mdt.web.dicomweb.parts import Multipart, Part

DICOM, PLAIN = "application/dicom", str(ExplicitVRLittleEndian)

Chosen = tuple[Object, Offer]


def whole(study: str, series: str | None = None, sop: str | None = None) -> Response:
    only()
    objects, takes, reader = finding.objects(study, series, sop), accepted(), leaves.reader()
    chosen = [(one, _choice(one, takes, alone=sop is not None)) for one in objects]
    looks.read("retrieve", objects, single=sop is not None)
    tag = tag_of("whole", *((one.sha256, how) for one, how in chosen))
    first = _made(reader, *chosen[0])  # before anything is sent, so that a refusal is still possible
    if sop is not None and not chosen[0][1].multipart:
        return _alone(reader, chosen[0], first, tag)
    body = Multipart(DICOM)
    parts = [_part(reader, one, how, None) for one, how in chosen]
    answer = stream(body.stream(_parts(reader, chosen, first)), body.content_type, body.length(parts), tag)
    if first is not None:
        answer.call_on_close(first.cleanup)
    return answer


def _choice(one: Object, takes: Sequence[Taken], *, alone: bool) -> Offer:
    """As it is where that is taken, else without compression. Nobody who names no syntax gets another than PLAIN."""
    offers = [Offer(DICOM, True, one.syntax, is_default=one.syntax == PLAIN)]
    if one.syntax != PLAIN and not is_video(UID(one.syntax)):
        offers.append(Offer(DICOM, True, PLAIN))
    if alone:
        offers += [Offer(DICOM, False, offer.syntax, offer.is_default) for offer in offers]
    found = best(offers, takes)
    if found is None:
        forms = " or ".join(dict.fromkeys(str(offer.syntax) for offer in offers))
        raise NotAcceptable(
            f"Object {one.sop_uid} can be sent as {DICOM} in transfer syntax {forms} "
            f"(multipart/related{', or alone' if alone else ''}); ask with transfer-syntax=* for any."
        )
    return found


def _made(reader: Reader, one: Object, how: Offer) -> TemporaryDirectory[str] | None:
    """The folder with the object in another form; None when it is sent as it is."""
    if how.syntax == one.syntax:
        return None
    folder = reader.store.scratch()
    try:
        with reader.store.as_file(one.sha256) as path:
            reader.sandboxes.call(plainly.whole, path, Path(folder.name) / "object")
    except BaseException:
        folder.cleanup()
        raise
    return folder


def _alone(reader: Reader, chosen: Chosen, made: TemporaryDirectory[str] | None, tag: str) -> Response:
    one, how = chosen
    if made is None:
        return ranged(
            lambda a, b: slices(lambda: reader.store.open(one.sha256), a, b), one.bytes, how.content_type, tag
        )
    path = Path(made.name) / "object"
    answer = ranged(lambda a, b: slices(lambda: path.open("rb"), a, b), path.stat().st_size, how.content_type, tag)
    answer.call_on_close(made.cleanup)
    return answer


def _parts(reader: Reader, chosen: Sequence[Chosen], first: TemporaryDirectory[str] | None) -> Iterator[Part]:
    """One after the other; what is made of an object goes when it has been sent."""
    for number, (one, how) in enumerate(chosen):
        made = first if number == 0 else _made(reader, one, how)
        try:
            yield _part(reader, one, how, made)
        finally:
            if made is not None:
                made.cleanup()


def _part(reader: Reader, one: Object, how: Offer, made: TemporaryDirectory[str] | None) -> Part:
    if made is not None:
        path = Path(made.name) / "object"
        size = path.stat().st_size
        return Part(how.content_type, slices(lambda: path.open("rb"), 0, size), size)
    length = one.bytes if how.syntax == one.syntax else None
    return Part(how.content_type, slices(lambda: reader.store.open(one.sha256), 0, one.bytes), length)
