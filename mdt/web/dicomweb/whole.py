"""Objects whole (PS3.18 10.4.1.1.1): as received, or in Explicit VR Little Endian for those who take nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from flask import Response, request
from pydicom.uid import UID, ExplicitVRLittleEndian

from mdt.core.errors import MdtError
from mdt.imaging.files.syntaxes import is_video
from mdt.imaging.provider import plainly
from mdt.imaging.provider.catalogue import Object
from mdt.web.dicomweb import finding, leaves, looks
from mdt.web.dicomweb.answers import NotAcceptable, accepted, only, ranged, slices, stream, tag_of, validated
from mdt.web.dicomweb.leaves import Reader
from mdt.web.dicomweb.negotiation import Offer, Taken, best
from mdt.web.dicomweb.parts import Multipart, Part

DICOM, PLAIN = "application/dicom", str(ExplicitVRLittleEndian)

PREPARED = 512 << 20

Chosen = tuple[Object, Offer]

log = structlog.get_logger("web")


def whole(study: str, series: str | None = None, sop: str | None = None) -> Response:
    only()
    objects, takes, reader = finding.objects(study, series, sop), accepted(), leaves.reader()
    chosen = [(one, _choice(one, takes, alone=sop is not None)) for one in objects]
    looks.read("retrieve", objects, single=sop is not None)
    tag = tag_of("whole", *((one.sha256, how) for one, how in chosen))
    if request.if_none_match.contains(tag):
        return validated(Response(), tag)
    made = Prepared(reader, chosen)
    if sop is not None and not chosen[0][1].multipart:
        return _alone(reader, chosen[0], made.folders[0], tag)
    body = Multipart(DICOM)
    answer = stream(body.stream(_parts(reader, chosen, made)), body.content_type, body.length(made.parts()), tag)
    answer.call_on_close(made.cleanup)
    return answer


class Prepared:
    """What is made before anything is sent, so that a refusal is still possible: up to PREPARED bytes as they lie.

    An object after that which cannot be made breaks the answer off, which tells its client that it is not whole.
    """

    def __init__(self, reader: Reader, chosen: Sequence[Chosen]) -> None:
        self.folders: list[TemporaryDirectory[str] | None] = []
        self._reader, self._chosen = reader, chosen
        left = PREPARED
        try:
            for number, (one, how) in enumerate(chosen):
                left -= one.bytes if how.syntax != one.syntax else 0
                if number and left < 0:
                    break
                self.folders.append(_made(reader, one, how))
        except BaseException:
            self.cleanup()
            raise

    def parts(self) -> list[Part]:
        """Each with its length, where that is known before it is sent."""
        beyond = [None] * (len(self._chosen) - len(self.folders))
        both = zip(self._chosen, [*self.folders, *beyond], strict=True)
        return [_part(self._reader, one, how, made) for (one, how), made in both]

    def cleanup(self) -> None:
        for folder in self.folders:
            if folder is not None:
                folder.cleanup()


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


def _parts(reader: Reader, chosen: Sequence[Chosen], prepared: Prepared) -> Iterator[Part]:
    """One after the other; what is made of an object goes when it has been sent."""
    for number, (one, how) in enumerate(chosen):
        try:
            made = prepared.folders[number] if number < len(prepared.folders) else _made(reader, one, how)
        except (MdtError, OSError) as error:
            log.error("dicomweb.broken_off", sop=one.sop_uid, sent=number, of=len(chosen), why=str(error)[:200])
            raise
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
