"""Whole slides: which tiles make up which level, tiles as they were compressed, levels made here, hostile objects."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from mdt.core.errors import MdtError, NotFound
from mdt.core.sandbox import Sandbox
from mdt.imaging.gathering.series import unpacked
from mdt.imaging.pixels.packs import Packer
from mdt.imaging.slides import jpeg
from mdt.imaging.slides.pyramid import Level, with_coarser
from mdt.imaging.slides.survey import survey
from mdt.imaging.slides.tiles import Places
from tests.unit.glass import jpeg as as_jpeg
from tests.unit.glass import kept, level, of_payloads, position, tiled, tissue
from tests.unit.objects import item
from tests.unit.receiving import NOW, Receiving, receiving


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox) -> Iterator[Receiving]:
    with receiving(tmp_path, sandbox) as made:
        yield made


@pytest.fixture(scope="module")
def packers() -> Iterator[dict[str, Packer]]:
    """One packer, whose sandboxes have started, lent to one house after the other."""
    held: dict[str, Packer] = {}
    yield held
    for packer in held.values():
        packer.close()


class Slide:
    """What was made of the objects that were taken in."""

    def __init__(self, place: Receiving, packers: dict[str, Packer], *paths: Path) -> None:
        self.place = place
        packer = packers.setdefault("one", Packer(place.db, place.store, at_once=1))
        packer._db, packer._store = place.db, place.store
        self.series = place.take(*paths)[0].series_id or ""
        self.version = packer.build(self.series, now=NOW) or ""
        file, _ = place.store.open_pack(self.series, self.version, "index.json")
        with file:
            self.index: dict[str, Any] = json.load(file)
        self.places = Places.of(self.index) if self.index.get("kind") == "slide" else None

    def tile(self, at: int, column: int, row: int) -> bytes | None:
        assert self.places
        file, _ = self.place.store.open_pack(self.series, self.version, "frames")
        with file:
            found = self.places.tile(file, at, column, row)
            if found is None:
                return None
            source = self.place.store.open(found.source) if found.source else file
            source.seek(found.offset)
            return source.read(found.length)

    def pixels(self, at: int, column: int, row: int) -> Any:
        data = self.tile(at, column, row) or b""
        return imagecodecs.webp_decode(data) if data[:4] == b"RIFF" else imagecodecs.jpeg8_decode(data)


def test_a_full_slide_serves_the_scanners_own_bytes(place: Receiving, packers: Any, tmp_path: Path) -> None:
    picture = tissue(1300, 700)
    fine, tiles = level(1, picture)
    coarse, small = level(2, picture[::4, ::4], spacing=0.002)
    label, _ = level(3, tissue(128, 128), kind="LABEL", spacing=0.05)
    slide = Slide(place, packers, *(kept(one, tmp_path) for one in (label, coarse, fine)))
    index = slide.index
    assert (index["width"], index["height"], index["spacing"]) == (1300, 700, [0.0005, 0.0005])
    assert [(one["width"], one["grid"], one["made"]) for one in index["levels"]] == [
        (1300, [11, 6], False),
        (325, [3, 2], False),
    ]
    assert [slide.tile(0, column, row) for row in range(6) for column in range(11)] == tiles
    assert [slide.tile(1, column, row) for row in range(2) for column in range(3)] == small
    assert index["objective"] == 20
    assert index["pictures"]["label"]["width"] == 128
    assert index["levels"][0]["sop"] == "1.2.3.1.1"
    pack = place.pack()
    assert pack is not None
    assert (pack.kind, pack.lossy, pack.frames) == ("slide", True, 66 + 6 + 1)
    with place.db.reading() as session:
        assert unpacked(session, slide.series) == []


def test_the_same_objects_are_not_made_into_a_slide_twice(place: Receiving, packers: Any, tmp_path: Path) -> None:
    slide = Slide(place, packers, kept(level(1, tissue(300, 200))[0], tmp_path))
    made = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store" / "packs").rglob("frames")}
    assert packers["one"].build(slide.series, now=NOW) == slide.version
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store" / "packs").rglob("frames")} == made


def test_one_level_gets_coarser_ones_that_show_the_same(place: Receiving, packers: Any, tmp_path: Path) -> None:
    picture = tissue(2600, 1100)
    slide = Slide(place, packers, kept(level(1, picture, tile=240)[0], tmp_path))
    assert [(one["width"], one["height"], one["made"]) for one in slide.index["levels"]] == [
        (2600, 1100, False),
        (1300, 550, True),
        (650, 275, True),
    ]
    half = picture[: 1100 // 2 * 2].reshape(550, 2, 1300, 2, 3).mean((1, 3))
    assert np.abs(slide.pixels(1, 1, 0).astype(int) - half[:512, 512:1024]).mean() < 3
    assert np.abs(slide.pixels(1, 2, 1)[:38, :276].astype(int) - half[512:, 1024:]).mean() < 4
    quarter = half[:548].reshape(274, 2, 650, 2, 3).mean((1, 3))
    assert np.abs(slide.pixels(2, 0, 0)[:274].astype(int) - quarter[:, :512]).mean() < 4


def test_tiles_lie_where_a_sparse_slide_says(place: Receiving, packers: Any, tmp_path: Path) -> None:
    picture = tissue(384, 256)
    tiles = [as_jpeg(part) for part in tiled(picture, 128)]
    own = [position(257, 129), position(1, 1), position(129, 1, z=0.01), position(60, 1), position(1, 9_000_001)]
    sent = of_payloads(
        1, (256, 384), [tiles[5], tiles[0], tiles[1], tiles[2], tiles[3]], DimensionOrganizationType="TILED_SPARSE",
        PerFrameFunctionalGroupsSequence=own,
    )  # fmt: skip
    slide = Slide(place, packers, kept(sent, tmp_path))
    assert slide.tile(0, 2, 1) == tiles[5]
    assert slide.tile(0, 0, 0) == tiles[0]
    assert slide.tile(0, 1, 0) is None  # another focal plane
    assert slide.tile(0, 0, 1) is None
    said = " ".join(slide.index["left_out"])
    assert "2 of its 5 tiles lie nowhere in its matrix" in said
    assert "One of its 2 focal planes" in said


def test_missing_and_surplus_tiles_are_said(tmp_path: Path) -> None:
    tiles = [as_jpeg(part) for part in tiled(tissue(384, 256), 128)]
    short = survey(kept(of_payloads(1, (256, 384), tiles[:4]), tmp_path), tmp_path / "table")
    assert short.remarks == ["2 of its 6 tiles are missing."]
    long = survey(kept(of_payloads(2, (256, 384), [*tiles, tiles[0]]), tmp_path), tmp_path / "table")
    assert long.remarks == ["It has 7 frames where its matrix has room for 6."]


def j2k(part: Any) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(part, codecformat="j2k", reversible=True, mct=False))


def rle(part: Any) -> bytes:
    return RLELosslessEncoder.encode(
        part.tobytes(), rows=part.shape[0], columns=part.shape[1], samples_per_pixel=3, bits_allocated=8, bits_stored=8,
        pixel_representation=0, photometric_interpretation="RGB", planar_configuration=0, number_of_frames=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("syntax", "encode"), [(JPEG2000Lossless, j2k), (RLELossless, rle), (ExplicitVRLittleEndian, None)]
)
def test_what_no_browser_reads_is_coded_once_without_loss(
    place: Receiving, packers: Any, tmp_path: Path, syntax: str, encode: Any
) -> None:
    parts = tiled(tissue(300, 128), 128)
    payloads = [encode(part) if encode else part.tobytes() for part in parts]
    sent = of_payloads(1, (128, 300), payloads, PhotometricInterpretation="RGB")
    if encode is None:
        sent.PixelData = b"".join(payloads)
        sent["PixelData"].is_undefined_length = False
    slide = Slide(place, packers, kept(sent, tmp_path, syntax))
    for column, part in enumerate(parts):
        assert (slide.tile(0, column, 0) or b"")[:4] == b"RIFF"
        assert np.array_equal(slide.pixels(0, column, 0), part)
    assert slide.index["lossy"] is False


def test_jpeg_of_red_green_and_blue_is_called_so(place: Receiving, packers: Any, tmp_path: Path) -> None:
    part = tissue(128, 128)
    bare = bytes(imagecodecs.jpeg8_encode(part, level=95, colorspace="RGB", outcolorspace="RGB"))
    assert jpeg.colours(bare, 128, 128) == "RGB"  # this encoder says so itself
    unsaid = without_adobe(bare)
    assert jpeg.colours(unsaid, 128, 128) == "YBR"
    sent = of_payloads(1, (128, 128), [unsaid], PhotometricInterpretation="RGB")
    slide = Slide(place, packers, kept(sent, tmp_path))
    assert (slide.tile(0, 0, 0) or b"").rstrip(b"\0") == unsaid[:2] + jpeg.RGB_MARKER + unsaid[2:]
    assert np.abs(slide.pixels(0, 0, 0).astype(int) - part).mean() < 3


def without_adobe(data: bytes) -> bytes:
    """A JPEG of red, green and blue that does not say so, its components called 1, 2 and 3."""
    at = data.find(b"\xff\xee")
    if at >= 0:
        data = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]
    found = bytearray(data)
    frame = found.find(b"\xff\xc0")
    scan = found.find(b"\xff\xda")
    for k in range(3):
        found[frame + 10 + 3 * k] = k + 1
        found[scan + 5 + 2 * k] = k + 1
    return bytes(found)


def test_the_label_is_beside_the_pyramid_and_never_in_it(place: Receiving, packers: Any, tmp_path: Path) -> None:
    fine, _ = level(1, tissue(512, 256))
    label, payloads = level(2, tissue(128, 128), kind="LABEL", spacing=0.05)
    posing, _ = level(3, tissue(256, 128), SpecimenLabelInImage="YES", spacing=0.001)
    slide = Slide(place, packers, *(kept(one, tmp_path) for one in (fine, label, posing)))
    assert [one["width"] for one in slide.index["levels"]] == [512]
    assert "The level of 256 × 128 pixels is left out: it shows the slide's label." in slide.index["left_out"]
    assert slide.places
    found = slide.places.picture("label")
    assert found.source == hashlib.sha256((tmp_path / "1.2.3.1.2.dcm").read_bytes()).hexdigest()
    assert (tmp_path / "1.2.3.1.2.dcm").read_bytes()[found.offset :][: found.length] == payloads[0]
    with pytest.raises(NotFound):
        slide.places.picture("overview")


def test_the_parts_of_a_concatenation_are_one_level(place: Receiving, packers: Any, tmp_path: Path) -> None:
    tiles = [as_jpeg(part) for part in tiled(tissue(384, 256), 128)]
    more: dict[str, Any] = {"ConcatenationUID": "1.2.3.5", "InConcatenationTotalNumber": 2}
    first = of_payloads(1, (256, 384), tiles[:4], ConcatenationFrameOffsetNumber=0, **more)
    second = of_payloads(2, (256, 384), tiles[4:], ConcatenationFrameOffsetNumber=4, **more)
    slide = Slide(place, packers, kept(second, tmp_path), kept(first, tmp_path))
    assert [slide.tile(0, column, row) for row in range(2) for column in range(3)] == tiles
    assert slide.index["left_out"] == []


def test_another_pyramid_and_another_shape_are_left_out(place: Receiving, packers: Any, tmp_path: Path) -> None:
    fine, _ = level(1, tissue(512, 256))
    odd, _ = level(2, tissue(256, 256), spacing=0.001)
    other, _ = level(3, tissue(128, 64), FrameOfReferenceUID="1.2.3.99")
    elsewhere, _ = level(4, tissue(128, 64), spacing=0.01)
    slide = Slide(place, packers, *(kept(one, tmp_path) for one in (fine, odd, other, elsewhere)))
    assert [one["width"] for one in slide.index["levels"]] == [512]
    assert len(slide.index["left_out"]) == 3


@pytest.mark.parametrize(
    "more",
    [
        {"TotalPixelMatrixColumns": 2**31, "TotalPixelMatrixRows": 2**31},
        {"TotalPixelMatrixColumns": 0},
        {"TotalPixelMatrixRows": None},
        {"NumberOfFrames": 2_000_001},
        {"BitsAllocated": 16, "BitsStored": 16},
    ],
    ids=["a matrix of 2^31", "no columns", "no rows", "too many frames", "16 bits"],
)
def test_hostile_objects_are_refused_in_a_sentence(tmp_path: Path, more: dict[str, Any]) -> None:
    tiles = [as_jpeg(part) for part in tiled(tissue(256, 128), 128)]
    path = kept(of_payloads(1, (128, 256), tiles, **more), tmp_path)
    with pytest.raises(MdtError):
        survey(path, tmp_path / "table")


@pytest.mark.parametrize("spacing", [[-0.0005, -0.0005], [0, 0], [1e9, 1e9], ["x", "y"]], ids=str)
def test_a_spacing_that_cannot_be_meant_is_none(tmp_path: Path, spacing: list[Any]) -> None:
    groups = item(PixelMeasuresSequence=[item()])
    measures = groups.PixelMeasuresSequence[0]
    measures.add_new(0x00280030, "LO" if isinstance(spacing[0], str) else "DS", spacing)
    sent = of_payloads(1, (128, 128), [as_jpeg(tissue(128, 128))], SharedFunctionalGroupsSequence=[groups])
    assert survey(kept(sent, tmp_path), tmp_path / "table").spacing is None


def test_a_slide_without_scale_is_shown_without_one(place: Receiving, packers: Any, tmp_path: Path) -> None:
    sent = of_payloads(1, (128, 128), [as_jpeg(tissue(128, 128))], spacing=None)
    slide = Slide(place, packers, kept(sent, tmp_path))
    assert slide.index["spacing"] is None
    assert slide.index["objective"] is None


def test_a_broken_tile_costs_only_itself(place: Receiving, packers: Any, tmp_path: Path) -> None:
    parts = tiled(tissue(384, 128), 128)
    payloads = [j2k(part) for part in parts]
    payloads[1] = payloads[1][:40] + b"\0" * 60
    sent = of_payloads(1, (128, 384), payloads, PhotometricInterpretation="RGB")
    slide = Slide(place, packers, kept(sent, tmp_path, JPEG2000Lossless))
    assert slide.tile(0, 1, 0) is None
    assert np.array_equal(slide.pixels(0, 2, 0), parts[2])


def test_specimen_stain_and_light_are_told(tmp_path: Path) -> None:
    def coded(value: str, meaning: str) -> Any:
        return item(CodeValue=value, CodingSchemeDesignator="SCT", CodeMeaning=meaning)

    def content(name: str, value: Any) -> Any:
        return item(ValueType="CODE", ConceptNameCodeSequence=[coded(name, "")], ConceptCodeSequence=[value])

    staining = [
        content("111701", coded("127790008", "Staining")),
        content("424361007", coded("12710003", "Haematoxylin stain")),
        content("424361007", coded("36879007", "Eosin stain")),
    ]
    fixing = [content("424361007", coded("431510009", "Formalin"))]
    sent = of_payloads(
        1, (128, 128), [as_jpeg(tissue(128, 128))],
        SpecimenDescriptionSequence=[
            item(
                SpecimenIdentifier="S26-1-A",
                SpecimenShortDescription="Core",
                SpecimenPreparationSequence=[
                    item(SpecimenPreparationStepContentItemSequence=fixing),
                    item(SpecimenPreparationStepContentItemSequence=staining),
                ],
            )
        ],
        OpticalPathSequence=[item(OpticalPathIdentifier="1", ObjectiveLensPower=40)],
    )  # fmt: skip
    said = survey(kept(sent, tmp_path), tmp_path / "table")
    assert said.specimens == [
        {"id": "S26-1-A", "description": "Core", "anatomy": "", "stains": ["Haematoxylin stain", "Eosin stain"]}
    ]
    assert said.optical_paths[0]["objective"] == 40


def test_no_step_between_levels_needs_too_many_tiles() -> None:
    sent = [Level(100_000, 80_000, (256, 256), (0,)), Level(6250, 5000, (256, 256), (1,))]
    widths = [one.width for one in with_coarser(sent)]
    assert widths == [100_000, 50_000, 25_000, 6250, 3125, 1563, 782]
    assert not any(one.made for one in with_coarser([Level(1000, 400, (256, 256), (0,))]))


def test_tiles_outside_the_grid_are_not_there() -> None:
    places = Places(8, (), ((0, 3, 2),), {})
    for at in ((1, 0, 0), (0, 3, 0), (0, 0, 2), (0, 10**12, 0)):
        with pytest.raises(NotFound):
            places.entry(*at)
