"""A painted slide as its scanner would send it (PS3.3 A.32.8): three resolutions, the label, and the overview."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import imagecodecs
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageDraw, ImageFont
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items
from pydicom.uid import JPEGBaseline8Bit

from mdt.demo.phantoms.objects import Series, Shot, code, new, uid
from mdt.demo.phantoms.tissue import Biopsy, paint

WHOLE_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
MICROMETRES = 0.5  # a pixel: an objective of 20
TILE = 256
STEP = 4  # from one resolution to the next

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Glass:
    """What a slide is called and what is on it; `label` are the lines a laboratory prints."""

    container: str
    specimen: str
    description: str
    anatomy: tuple[str, str]  # SNOMED CT code and meaning
    label: tuple[str, ...]


def scanned(shot: Shot, series: Series, glass: Glass, biopsy: Biopsy) -> Iterator[Dataset]:
    """Every object of the series, the finest resolution first."""
    picture = paint(biopsy)
    levels = [picture]
    while max(levels[-1].shape) > 640:
        levels.append(_smaller(levels[-1], STEP))
    label = _label(glass.label)
    beside = (_Image(label, "LABEL", 0.06), _Image(_overview(label, levels[-1]), "OVERVIEW", 0.06))
    tissue = [_Image(level, "VOLUME", STEP**k * MICROMETRES / 1000) for k, level in enumerate(levels)]
    tissue[-1] = replace(tissue[-1], kind="THUMBNAIL")
    for number, image in enumerate((*tissue, *beside), start=1):
        ds = new(shot, WHOLE_SLIDE, "SM", series, number)
        del ds.BodyPartExamined
        _describe(ds, image)
        _pixels(ds, image.picture, image.tile)
        _groups(ds, image.spacing)
        _path(ds)
        _specimen(ds, shot, glass)
        ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = uid(shot.key, series.number, "glass"), "SLIDE_CORNER"
        organisation = Dataset()
        organisation.DimensionOrganizationUID = uid(shot.key, series.number, "tiles")
        ds.DimensionOrganizationSequence = Items([organisation])
        if image.kind == "LABEL":
            ds.BarcodeValue, ds.LabelText = glass.container, "\n".join(glass.label)
        yield ds


@dataclass(frozen=True)
class _Image:
    """One image of the slide; `spacing` in mm a pixel."""

    picture: Picture
    kind: str
    spacing: float

    @property
    def is_tissue(self) -> bool:
        return self.kind in ("VOLUME", "THUMBNAIL")

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of a tile: all of it, unless it is large."""
        return (TILE, TILE) if self.kind == "VOLUME" else (self.picture.shape[0], self.picture.shape[1])


def _describe(ds: Dataset, image: _Image) -> None:
    """The whole slide microscopy image module (PS3.3 C.8.12.4)."""
    height, width = image.picture.shape[:2]
    made = image.is_tissue and image.spacing * 1000 > MICROMETRES
    ds.ImageType = ["DERIVED" if made else "ORIGINAL", "PRIMARY", image.kind, "RESAMPLED" if made else "NONE"]
    ds.AcquisitionDateTime = ds.StudyDate + ds.StudyTime
    ds.TotalPixelMatrixColumns, ds.TotalPixelMatrixRows, ds.TotalPixelMatrixFocalPlanes = width, height, 1
    ds.ImagedVolumeWidth = round(width * image.spacing, 4)
    ds.ImagedVolumeHeight = round(height * image.spacing, 4)
    ds.ImagedVolumeDepth = 0.004
    origin = Dataset()
    origin.XOffsetInSlideCoordinateSystem, origin.YOffsetInSlideCoordinateSystem = 20.0, 40.0
    ds.TotalPixelMatrixOriginSequence = Items([origin])
    ds.ImageOrientationSlide = [0, -1, 0, -1, 0, 0]
    ds.VolumetricProperties, ds.FocusMethod, ds.ExtendedDepthOfField = "VOLUME", "AUTO", "NO"
    ds.SpecimenLabelInImage = ds.BurnedInAnnotation = "NO" if image.is_tissue else "YES"
    ds.AcquisitionContextSequence = Items([])
    ds.DimensionOrganizationType = "TILED_FULL"


def _pixels(ds: Dataset, picture: Picture, tile: tuple[int, int]) -> None:
    """Tiles along rows; those at the edges are filled up with glass."""
    rows, columns = -(-picture.shape[0] // tile[0]), -(-picture.shape[1] // tile[1])
    beyond = ((0, rows * tile[0] - picture.shape[0]), (0, columns * tile[1] - picture.shape[1]), (0, 0))
    padded = np.pad(picture, beyond, constant_values=244)
    tiles = padded.reshape(rows, tile[0], columns, tile[1], 3).swapaxes(1, 2).reshape(-1, *tile, 3)
    coded = [bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(one), level=80, subsampling="422")) for one in tiles]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.NumberOfFrames, ds.Rows, ds.Columns = len(coded), *tile
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.LossyImageCompression, ds.LossyImageCompressionMethod = "01", "ISO_10918_1"
    ds.LossyImageCompressionRatio = round(tiles.nbytes / sum(map(len, coded)), 1)
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.PixelData = encapsulate(coded)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True


def _groups(ds: Dataset, spacing: float) -> None:
    measures, path, kind, shared = Dataset(), Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [spacing, spacing], 0.004
    path.OpticalPathIdentifier = "1"
    kind.FrameType = ds.ImageType
    shared.PixelMeasuresSequence = Items([measures])
    shared.OpticalPathIdentificationSequence = Items([path])
    shared.WholeSlideMicroscopyImageFrameTypeSequence = Items([kind])
    ds.SharedFunctionalGroupsSequence = Items([shared])


def _path(ds: Dataset) -> None:
    path = Dataset()
    path.OpticalPathIdentifier, path.OpticalPathDescription = "1", "Brightfield"
    path.IlluminationTypeCodeSequence = Items([code("111744", "DCM", "Brightfield illumination")])
    path.IlluminationColorCodeSequence = Items([code("414298005", "SCT", "Full Spectrum")])
    path.ICCProfile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path.ICCProfile += b"\0" * (len(path.ICCProfile) % 2)
    path.ObjectiveLensPower = 20
    ds.NumberOfOpticalPaths, ds.OpticalPathSequence = 1, Items([path])


def _specimen(ds: Dataset, shot: Shot, glass: Glass) -> None:
    specimen = Dataset()
    specimen.SpecimenIdentifier, specimen.SpecimenUID = glass.specimen, uid(shot.key, glass.specimen)
    specimen.IssuerOfTheSpecimenIdentifierSequence = Items([])
    specimen.SpecimenShortDescription = glass.description
    specimen.PrimaryAnatomicStructureSequence = Items([code(glass.anatomy[0], "SCT", glass.anatomy[1])])
    step = Dataset()
    step.SpecimenPreparationStepContentItemSequence = Items([
        _said("121041", "DCM", "Specimen Identifier", text=glass.specimen),
        _said("111701", "DCM", "Processing type", coded=("127790008", "Staining")),
        _said("424361007", "SCT", "Using substance", coded=("12710003", "Haematoxylin stain")),
        _said("424361007", "SCT", "Using substance", coded=("36879007", "Water soluble eosin stain")),
    ])  # fmt: skip
    specimen.SpecimenPreparationSequence = Items([step])
    ds.ContainerIdentifier, ds.IssuerOfTheContainerIdentifierSequence = glass.container, Items([])
    ds.ContainerTypeCodeSequence = Items([code("433466003", "SCT", "Microscope slide")])
    ds.SpecimenDescriptionSequence = Items([specimen])


def _said(value: str, scheme: str, name: str, *, text: str = "", coded: tuple[str, str] | None = None) -> Dataset:
    """A content item: a text, or a SNOMED CT concept."""
    said = Dataset()
    said.ValueType = "CODE" if coded else "TEXT"
    said.ConceptNameCodeSequence = Items([code(value, scheme, name)])
    if coded:
        said.ConceptCodeSequence = Items([code(coded[0], "SCT", coded[1])])
    else:
        said.TextValue = text
    return said


def _smaller(picture: Picture, step: int) -> Picture:
    height, width = (side // step * step for side in picture.shape[:2])
    parts = picture[:height, :width].reshape(height // step, step, width // step, step, 3)
    return np.rint(parts.mean((1, 3), dtype=np.float32)).astype(np.uint8)


def _label(lines: tuple[str, ...]) -> Picture:
    """A printed label with a square code nobody can read."""
    image = Image.new("RGB", (400, 400), (250, 250, 247))
    draw = ImageDraw.Draw(image)
    for k, line in enumerate(lines):
        draw.text((22, 24 + 46 * k), line, fill=(20, 20, 24), font=ImageFont.load_default(34 if k == 0 else 27))
    seed = sum(map(ord, "".join(lines)))
    for i in range(12):
        for j in range(12):
            if (seed * (3 * i + 7 * j + i * j + 1)) % 7 < 3 or i in (0, 11) or j == 0:
                draw.rectangle((268 + 9 * j, 272 + 9 * i, 276 + 9 * j, 280 + 9 * i), fill=(20, 20, 24))
    return np.asarray(image)


def _overview(label: Picture, tissue: Picture) -> Picture:
    """The whole glass: the label to the left, the cores to the right, both small."""
    glass = np.full((400, 1100, 3), 228, np.uint8)
    glass[:, :400] = label
    height, width = tissue.shape[:2]
    glass[400 - height - 60 : 340, 1100 - width - 60 : 1040] = tissue
    return glass
