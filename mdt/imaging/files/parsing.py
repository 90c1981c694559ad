"""What is read from an untrusted file, in the sandbox: what it is, whose it is, and the header that looking needs."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID

from mdt.core.errors import Invalid
from mdt.imaging.arrivals.content import content_of
from mdt.imaging.files import attributes, video
from mdt.imaging.files.opening import Opened, opened
from mdt.imaging.files.raster import CannotShow, Raster, raster_of
from mdt.imaging.files.syntaxes import is_video, lossiness
from mdt.imaging.layers.reading import layer, leaf_beside
from mdt.imaging.papers import documents, key_objects, presentations
from mdt.imaging.pixels import geometry
from mdt.trusts import listing
from mdt.trusts.attributes import attributes as texts
from mdt.trusts.source import ClaimedIdentity, FoundStudy

_FILED_BY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_ALSO_IN_META = {"SOPClassUID": "MediaStorageSOPClassUID", "SOPInstanceUID": "MediaStorageSOPInstanceUID"}
_STUDY = ("StudyDate", "StudyTime", "AccessionNumber", "StudyDescription")


@dataclass(frozen=True)
class Description:
    """One object in plain values. `frames` is how many can be shown; `problem` says why not all, or none.

    `document` is `{"title", "type", "bytes"}` when the object is one; its bytes were written where the caller said.
    `layer` is `{"kind", "about", "leaf"}` when it draws over images; a leaf was written beside the document.
    """

    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    identity: ClaimedIdentity
    study: FoundStudy
    modality: str
    series_number: int | None
    series_description: str
    body_part: str
    number: int | None
    header: dict[str, Any]
    protocol: str = ""
    laterality: str = ""
    frames: int = 0
    problem: str | None = None
    document: dict[str, Any] | None = None
    layer: dict[str, Any] | None = None


def is_ready() -> bool:
    """Called ahead of need, so that a sandbox has loaded all this before the first file comes."""
    return True


def describe(path: Path, document_to: Path) -> Description:
    """Read one file; raises Invalid with the sentence that says why it cannot be filed under any study."""
    with opened(path) as file:
        about = _filed(file)
        if about.sop_class_uid == key_objects.SOP_CLASS:
            about.header["key_objects"] = key_objects.key_objects(file.dataset)
        if presentations.is_state(about.sop_class_uid):
            about.header["presentation"] = presentations.presentation(file.dataset, about.sop_class_uid)
            return about
        about = replace(about, layer=layer(file.dataset, about.sop_class_uid, leaf_beside(document_to)))
        try:
            document = _document(file, about.sop_class_uid, document_to)
            return replace(about, document=document) if document else _image(file, about)
        except CannotShow as error:
            drawn = about.layer is not None and about.layer["kind"] in ("contours", "marks")
            return replace(about, problem=None if drawn else str(error))


def _document(file: Opened, sop_class_uid: str, to: Path) -> dict[str, Any] | None:
    if is_video(file.transfer_syntax):
        return video.extract(file, to)
    return documents.extract(file.dataset, sop_class_uid, to)


def _image(file: Opened, about: Description) -> Description:
    if file.pixels is None and "Rows" not in file.dataset:
        kind = UID(about.sop_class_uid).name
        raise CannotShow(f"An object of this kind ({kind}) has no images and cannot be shown.")
    raster = raster_of(file)
    header = about.header | _header(file, raster)
    return replace(about, frames=raster.frames, header=header, problem=raster.problem)


def _filed(file: Opened) -> Description:
    """Where the object belongs. Without its four UIDs it belongs nowhere."""
    dataset = file.dataset
    if "DirectoryRecordSequence" in dataset:
        raise Invalid("It is a DICOMDIR, the table of contents of a disc; the images are files of their own.")
    uids = {keyword: _uid(file, keyword) for keyword in _FILED_BY}
    missing = [keyword for keyword, uid in uids.items() if not uid]
    if len(missing) == len(uids) and not file.meta:
        raise Invalid("It is not a DICOM file.")
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise Invalid(f"It cannot be filed: {_listed(missing)} {verb} missing or malformed.")
    said = texts(dataset, [*listing.IDENTITY, *_STUDY, *listing.SERIES])
    series = listing.series(said, uids["StudyInstanceUID"])
    identity = listing.identity(said, whole=True)
    return Description(
        study_uid=uids["StudyInstanceUID"],
        series_uid=uids["SeriesInstanceUID"],
        sop_uid=uids["SOPInstanceUID"],
        sop_class_uid=uids["SOPClassUID"],
        transfer_syntax_uid=str(file.transfer_syntax),
        identity=identity,
        study=_study(said, uids["StudyInstanceUID"], identity, series.modality[:16]),
        modality=series.modality[:16],
        series_number=attributes.integer(dataset, "SeriesNumber"),
        series_description=series.description[:200],
        body_part=series.body_part[:64],
        number=attributes.integer(dataset, "InstanceNumber"),
        header={"image_type": attributes.texts(dataset, "ImageType"), "kind": UID(uids["SOPClassUID"]).name},
        protocol=attributes.text(dataset, "ProtocolName")[:64],
        laterality=laterality(dataset) or "",
    )


def _study(said: listing.Attributes, uid: str, identity: ClaimedIdentity, modality: str) -> FoundStudy:
    """What one object says of its study, as a query's answer would."""
    return FoundStudy(
        study_uid=uid,
        claimed=identity,
        date=listing.day(listing.text(said, "StudyDate")),
        time=listing.text(said, "StudyTime")[:16],
        description=listing.text(said, "StudyDescription")[:200],
        modalities=(modality,) if modality else (),
        accession=listing.text(said, "AccessionNumber")[:64],
        series=None,
        instances=None,
    )


def _uid(file: Opened, keyword: str) -> str:
    """One of the four UIDs; two of them stand in the meta header too, where the dataset forgot them."""
    found = attributes.uid(file.dataset, keyword)
    if found is None and keyword in _ALSO_IN_META:
        found = attributes.uid(file.meta, _ALSO_IN_META[keyword])
    return found or ""


def _header(file: Opened, raster: Raster) -> dict[str, Any]:
    """What ordering, completeness and labels need; lengths in millimetres. `frames` is for single frames."""
    dataset = file.dataset
    groups = geometry.groups_of(dataset, 1)[0]
    return {
        "rows": raster.rows,
        "columns": raster.columns,
        "samples": raster.samples,
        "bits": raster.allocated,
        "photometric": raster.photometric,
        "frame_of_reference": attributes.uid(dataset, "FrameOfReferenceUID"),
        "acquisition": attributes.integer(dataset, "AcquisitionNumber"),
        "temporal": attributes.integer(dataset, "TemporalPositionIdentifier"),
        "echo": attributes.integer(dataset, "EchoNumbers"),
        "between": attributes.number(dataset, "SpacingBetweenSlices"),
        "laterality": laterality(dataset),
        "view": view(dataset),
        "frames": [geometry.place(groups, 0)] if raster.frames == 1 else [],
        "content": content_of(file) if raster.frames == 1 else None,
        **geometry.spacing(groups),
        **lossiness(dataset, file.transfer_syntax),
    }


def laterality(dataset: Dataset) -> str | None:
    """L or R, of the image or else of its series; None for both, neither or unsaid."""
    said = attributes.text(dataset, "ImageLaterality") or attributes.text(dataset, "Laterality")
    return said if said in ("L", "R") else None


# Views of the breast by their codes (PS3.16 CID 4014), for images that lack View Position.
_VIEWS = {
    **dict.fromkeys(("399162004", "R-10242"), "CC"),
    **dict.fromkeys(("399368009", "R-10226"), "MLO"),
    **dict.fromkeys(("399260004", "R-10224"), "ML"),
    **dict.fromkeys(("399352003", "R-10228"), "LM"),
}


def view(dataset: Dataset) -> str | None:
    """How a projection was taken, e.g. `CC`, `PA`: View Position, else its code (PS3.3 C.8.11.7)."""
    said = attributes.text(dataset, "ViewPosition")[:16].strip().upper()
    coded = attributes.first(dataset, "ViewCodeSequence")
    return said or (None if coded is None else _VIEWS.get(attributes.text(coded, "CodeValue")))


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
