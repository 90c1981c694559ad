"""What the browser paints equals what pydicom computes: every kind of pixel, through the whole product, to the grey."""

import base64
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from mdt.config import from_environment
from mdt.core.db import Database
from mdt.migrations import upgrade
from mdt.people.passwords import hashed
from mdt.record.models import Patient
from tests.room_stage import Stage, populate
from tests.system import looks, rendered, volumes
from tests.system.product import PASSWORD, Product, sign_in
from tests.system.reference import windowed
from tests.system.volumes import OUTLINED
from tests.unit.layered import a_contour, a_structure_set
from tests.unit.objects import an_object, item, save
from tests.unit.states import a_graphic, a_selection, a_state, an_area, reference

pytestmark = pytest.mark.system

Pixels = npt.NDArray[Any]
NHS = "9990000018"
SIDE, BLOCKS = 256, 8
AXIAL, CORONAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]


def blocks(dtype: str, low: float, high: float) -> Pixels:
    """Eight by eight squares, each of another value, so that nothing turned or mirrored looks the same."""
    values = np.linspace(low, high, BLOCKS * BLOCKS).reshape(BLOCKS, BLOCKS)
    return np.kron(values, np.ones((SIDE // BLOCKS, SIDE // BLOCKS))).round().astype(dtype)


@dataclass(frozen=True)
class Kind:
    """One kind of image, and the letters that belong at its edges: top, right, bottom, left."""

    pixels: Pixels
    header: dict[str, Any]
    letters: str = ""
    said: dict[str, str] = field(default_factory=dict)


PLANE: dict[str, Any] = {
    "ImagePositionPatient": [-128, -128, 0],
    "PixelSpacing": [1, 1],
    "FrameOfReferenceUID": "1.2.9",
}
RED = blocks("uint8", 0, 255)
COLOUR = np.stack([RED, 255 - RED, np.full_like(RED, 77)], axis=-1)

SEGMENT_1 = item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)])

KINDS = {
    "signed": Kind(
        blocks("int16", -1000, 1500),
        PLANE | {"ImageOrientationPatient": AXIAL, "WindowCenter": 250, "WindowWidth": 2501},
        "ALPR",
    ),
    "twelve bits": Kind(
        blocks("uint16", 24, 2524),
        PLANE
        | {"ImageOrientationPatient": CORONAL, "WindowCenter": 250, "WindowWidth": 2501, "BitsStored": 12}
        | {"RescaleSlope": 1, "RescaleIntercept": -1024},
        "HLFR",
        {"how": "W 2501 L 250 HU"},
    ),
    "fractions": Kind(
        blocks("int16", 0, 30000),
        PLANE
        | {"Modality": "PT", "ImageOrientationPatient": SAGITTAL, "WindowCenter": 150, "WindowWidth": 300}
        | {"RescaleSlope": 0.01, "RescaleIntercept": 0.5, "Units": "GML"},
        "HPFA",
        {"how": "SUVbw 0 to 299"},
    ),
    "no uptake": Kind(
        blocks("int16", 0, 30000),
        PLANE
        | {"Modality": "PT", "ImageOrientationPatient": AXIAL, "WindowCenter": 15000, "WindowWidth": 30001}
        | {"Units": "CNTS"},
        "ALPR",
        {"marks": "NO SUV: Its values are counts", "how": "L 15000 CNTS"},
    ),
    "mask": Kind(
        blocks("uint8", 0, 255),
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4", "Modality": "SEG", "SegmentationType": "FRACTIONAL"}
        | {"MaximumFractionalValue": 255, "SegmentSequence": [item(SegmentNumber=1, SegmentLabel="Tumour")]}
        | {"SharedFunctionalGroupsSequence": [SEGMENT_1], "WindowCenter": 128, "WindowWidth": 256},
        said={"marks": "MASK: Tumour"},
    ),
    "inverse": Kind(
        blocks("uint16", 0, 4095),
        {"Modality": "DX", "PhotometricInterpretation": "MONOCHROME1", "ImagerPixelSpacing": [1, 1]}
        | {"WindowCenter": 2048, "WindowWidth": 4096, "BitsStored": 12, "PatientOrientation": ["L", "F"]},
        "HLFR",
    ),
    "bytes": Kind(
        blocks("uint8", 0, 255),
        {"Modality": "US", "WindowCenter": 128, "WindowWidth": 256},
        said={"marks": "UNCALIBRATED"},
    ),
    "drawn over": Kind(
        blocks("int16", -1000, 1500),
        PLANE
        | {"FrameOfReferenceUID": "1.2.77", "ImageOrientationPatient": AXIAL, "WindowCenter": 250}
        | {"WindowWidth": 2501},
        "ALPR",
    ),
    "colour": Kind(COLOUR, {"Modality": "US"}),
    "cine": Kind(
        np.stack([np.roll(RED, 32 * frame, axis=1) for frame in range(5)]),
        {"Modality": "XA", "WindowCenter": 128, "WindowWidth": 256, "FrameTime": 200},
        said={"where": "Image 3 / 5"},
    ),
}


DRAWN_OVER = list(KINDS).index("drawn over") + 1
# Squares that a machine's mask covers: nothing turned or mirrored looks the same.
COVERED = np.zeros((BLOCKS, BLOCKS), bool)
COVERED[1, 2:6] = COVERED[1:4, 2] = True
CORNERS = np.array([[36, 170], [100, 170], [100, 230], [36, 215]])  # columns and rows of a contour


def what_others_drew() -> list[Dataset]:
    """A machine's mask and a person's contour on one image, a contour in another frame of reference, an overlay."""
    sop, series = f"1.2.3.{DRAWN_OVER}.1", f"1.2.3.{DRAWN_OVER}"
    bits = np.kron(COVERED, np.ones((SIDE // BLOCKS, SIDE // BLOCKS))).astype("uint8")
    frame = item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)])
    frame.DerivationImageSequence = [item(SourceImageSequence=[reference(sop)])]
    mask = an_object(
        bits, SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", SOPInstanceUID="1.2.3.970.1", SeriesInstanceUID="1.2.3.970",
        Modality="SEG", SegmentationType="BINARY", BitsAllocated=1, BitsStored=1, HighBit=0, **PLANE,
        ImageOrientationPatient=AXIAL, SeriesDescription="made by a machine", ContentDescription="made by a machine",
        SegmentSequence=[item(SegmentNumber=1, SegmentLabel="Tumour", SegmentAlgorithmType="AUTOMATIC")],
        PerFrameFunctionalGroupsSequence=[frame], ReferencedSeriesSequence=[item(SeriesInstanceUID=series)],
        NumberOfFrames=1,
    )  # fmt: skip
    mask.FrameOfReferenceUID = "1.2.77"
    mask.PixelData = np.packbits(bits.ravel(), bitorder="little").tobytes()
    points = [part for column, row in CORNERS for part in (column - 128.5, row - 128.5, 0)]
    plan = a_structure_set(
        ("GTV", "MANUAL", [a_contour(points, sop=sop)]), SOPInstanceUID="1.2.3.971.1", SeriesInstanceUID="1.2.3.971"
    )
    plan.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "1.2.77"
    plan.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence = [
        item(RTReferencedSeriesSequence=[item(SeriesInstanceUID=series)])
    ]
    astray = a_structure_set(
        ("PTV", "MANUAL", [a_contour(points)]), SOPInstanceUID="1.2.3.972.1", SeriesInstanceUID="1.2.3.972",
        StructureSetLabel="ASTRAY",
    )  # fmt: skip
    astray.ReferencedFrameOfReferenceSequence = plan.ReferencedFrameOfReferenceSequence
    return [mask, plan, astray]


def dataset_of(name: str, number: int, kind: Kind) -> Dataset:
    about: dict[str, Any] = {
        "SeriesDescription": name,
        "SeriesNumber": number,
        "StudyDate": "20261120",
        "StudyDescription": "Pixels",
    }
    uids: dict[str, Any] = {
        "SeriesInstanceUID": f"1.2.3.{number}",
        "SOPInstanceUID": f"1.2.3.{number}.1",
        "StudyInstanceUID": "1.2.3",
    }
    return an_object(kind.pixels, **uids, **about, **kind.header)


def for_the_light_box() -> Iterator[Dataset]:
    """A mammogram of four views, and two CT of five slices each with frames of reference of their own."""
    for number, (side, view) in enumerate((side, view) for view in ("CC", "MLO") for side in "RL"):
        about: dict[str, Any] = {"Modality": "MG", "StudyDate": "20261001", "StudyInstanceUID": "1.2.4"}
        about |= {"SeriesInstanceUID": f"1.2.4.{number}", "SOPInstanceUID": f"1.2.4.{number}.1"}
        about |= {"SeriesDescription": f"{side} {view}", "ImageLaterality": side, "ViewPosition": view}
        # As some makers store it: the right breast's chest wall at the left.
        about |= {"ImagerPixelSpacing": [1, 1], "PatientOrientation": ["A", "F"]}
        yield an_object(blocks("uint16", 0, 4095), **about, WindowCenter=2048, WindowWidth=4096)
    for study, day, name, lowest in (("1.2.5", "20260901", "Chest now", 0), ("1.2.6", "20260301", "Chest then", 100)):
        for number in range(5):
            about = {"StudyDate": day, "StudyInstanceUID": study, "SeriesDescription": name, "InstanceNumber": number}
            about |= {"SeriesInstanceUID": f"{study}.1", "SOPInstanceUID": f"{study}.1.{number}"}
            about |= {"ImageOrientationPatient": AXIAL, "PixelSpacing": [1, 1], "FrameOfReferenceUID": f"{study}.9"}
            about |= {"ImagePositionPatient": [0, 0, lowest + 5 * number]}
            yield an_object(np.roll(blocks("int16", 0, 1000), number), **about)


SIGNED = "1.2.3.1"  # the first kind's series
TOP_RIGHT = an_area([129, 1], [256, 128])


def what_others_chose() -> list[Dataset]:
    """Dr Smith's view of the signed image, turned and then flipped, its top right quarter; and the key image."""
    drawn = item(GraphicLayer="ARROWS", GraphicObjectSequence=[a_graphic("CIRCLE", [192, 64, 192, 96])])
    drawn.TextObjectSequence = [
        item(UnformattedTextValue="Tumour", AnchorPoint=[192, 64], AnchorPointAnnotationUnits="PIXEL")
    ]
    view = a_state(
        SIGNED,
        [f"{SIGNED}.1"],
        SoftcopyVOILUTSequence=[item(WindowCenter=0, WindowWidth=501)],
        PresentationLUTShape="INVERSE",
        ImageRotation=90,
        ImageHorizontalFlip="Y",
        DisplayedAreaSelectionSequence=[TOP_RIGHT],
        GraphicAnnotationSequence=[drawn],
        ShutterShape="RECTANGULAR",
        ShutterLeftVerticalEdge=129,
        ShutterRightVerticalEdge=256,
        ShutterUpperHorizontalEdge=1,
        ShutterLowerHorizontalEdge=128,
        ShutterPresentationValue=0,
    )
    return [view, in_false_colours(), a_selection("1.2.3", SIGNED, [reference(f"{SIGNED}.1")])]


# What comes out of the window, by a table from black to white; and the colours of that, from the darkest on.
TONE = np.array([0, 20, 80, 180, 255])
PALETTE = np.stack(
    [np.linspace(0, 255, 64), np.abs(np.linspace(-255, 255, 64)), np.linspace(255, 0, 64)], axis=-1
).round()


def in_false_colours() -> Dataset:
    """Dr Smith's view of the image of twelve bits: a sigmoid, a presentation table, and pseudo-colours."""
    number = list(KINDS).index("twelve bits") + 1
    tone = item(LUTDescriptor=[5, 0, 8], LUTData=TONE.astype("<u2").tobytes())
    about: dict[str, Any] = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.3", "SOPInstanceUID": "1.2.3.901.2"}
    for at, colour in enumerate(("Red", "Green", "Blue")):
        about[f"{colour}PaletteColorLookupTableDescriptor"] = [64, 0, 8]
        about[f"{colour}PaletteColorLookupTableData"] = PALETTE[:, at].astype("u1").tobytes()
    window = item(WindowCenter=200, WindowWidth=1000, VOILUTFunction="SIGMOID")
    about |= {"PresentationLUTSequence": [tone], "SoftcopyVOILUTSequence": [window], "ContentDescription": "In colours"}
    state = a_state(f"1.2.3.{number}", [f"1.2.3.{number}.1"], **about)
    del state.PresentationLUTShape
    return state


RECORD = """async () => {
    const kind = 'video/mp4;codecs=avc1.42E01E';
    if (!MediaRecorder.isTypeSupported(kind)) return '';
    const canvas = Object.assign(document.createElement('canvas'), {width: 320, height: 240});
    const pen = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: kind});
    const parts = [];
    recorder.ondataavailable = ({data}) => parts.push(data);
    recorder.start();
    for (let step = 0; step < 20; step++) {
        pen.fillStyle = step % 2 ? '#a04040' : '#4040a0';
        pen.fillRect(0, 0, 320, 240);
        await new Promise((wait) => setTimeout(wait, 40));
    }
    await new Promise((stopped) => { recorder.onstop = stopped; recorder.stop(); });
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}"""


def a_film(browser: Browser) -> Dataset | None:
    """Bronchoscopy as H.264 in MP4, recorded by the browser itself; None where it cannot."""
    page = browser.new_page()
    recorded = base64.b64decode(page.evaluate(RECORD))
    page.close()
    uids: dict[str, Any] = {"SeriesInstanceUID": "1.2.3.903", "SOPInstanceUID": "1.2.3.903.1"}
    about: dict[str, Any] = {"Modality": "ES", "SeriesDescription": "Bronchoscopy", "StudyDate": "20261120"}
    endoscope = "1.2.840.10008.5.1.4.1.1.77.1.1.1"
    film = an_object(COLOUR, payloads=[recorded], SOPClassUID=endoscope, **uids, **about)
    return film if recorded else None


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[tuple[Product, Stage]]:
    """One trust's folder with an image of every kind, gathered for the patient of an open meeting's first case."""
    folder = tmp_path_factory.mktemp("pixels")
    archive, data = folder / "RMC", folder / "data"
    archive.mkdir()
    data.mkdir()
    for number, (name, kind) in enumerate(KINDS.items(), 1):
        save(dataset_of(name, number, kind), archive / f"{number}.dcm")
    for number, dataset in enumerate([*what_others_chose(), *what_others_drew(), *volumes.drawn_over_the_stack()]):
        dataset.StudyDate = "20261120"
        save(dataset, archive / f"chosen-{number}.dcm")
    for number, block in enumerate(volumes.BLOCKS, volumes.STACK_NUMBER):
        for k, dataset in enumerate(block.objects(number)):
            save(dataset, archive / f"{block.name}-{k}.dcm")
    for number, dataset in enumerate(for_the_light_box()):
        save(dataset, archive / f"box-{number}.dcm")
    for number, (dataset, syntax) in enumerate(looks.objects()):
        save(dataset, archive / f"look-{number}.dcm", syntax)
    film = a_film(browser)
    if film is not None:
        save(film, archive / "film.dcm", "1.2.840.10008.1.2.4.102")
    settings = from_environment({"MDT_DATA": str(data)})
    upgrade(settings.database_url)
    db = Database(settings.database_url)
    stage = populate(db, password_hash=hashed(PASSWORD))
    with db.writing() as session:
        patient = session.get_one(Patient, stage.patients[0])
        patient.nhs_number, patient.family, patient.given = NHS, "HARGREAVES", "Dorothy"
        patient.birth_date = date(1951, 3, 14)
    product = Product(data)
    trust = '[[trust]]\nods = "RMC"\nname = "Bolton"\nlive_from = 2020-01-01\n'
    source = f'[[trust.source]]\nkind = "folder"\npath = "{archive}"\n'
    (folder / "trusts.toml").write_text(trust + source)
    product.command("trusts", "load", str(folder / "trusts.toml"))
    gathered = json.loads(product.command("gather", "--nhs", NHS, "--json", accept=(0, 1)))
    received = sorted(study["received_instances"] for study in gathered["studies"])
    drawn = len(KINDS) + 8 + len(volumes.BLOCKS) * volumes.SLICES + (film is not None)
    assert received == sorted([4, 5, 5, drawn, sum(map(len, looks.SERIES.values()))]), gathered
    product.start()
    yield product, stage
    product.stop()
    db.close()


@pytest.fixture(scope="module")
def page(browser: Browser, story: tuple[Product, Stage]) -> Page:
    """The chair in the room, with the case open and every series ready."""
    product, stage = story
    page = sign_in(browser, product, stage.emails["chair"])
    page.goto(f"/meetings/{stage.meeting}/room")
    wait(page, "room.client.connection === 'in-step'")
    page.keyboard.press("n")
    listed = (
        f"document.querySelectorAll('.series').length >= {len(KINDS) + 13 + len(volumes.BLOCKS) + len(looks.SERIES)}"
    )
    waiting = "document.querySelectorAll('.series:disabled').length"  # in the end a view and contours: no images
    wait(page, f"room.case !== null && {listed} && {waiting} === 4", 90)
    page.keyboard.press("Shift+1")
    return page


def wait(page: Page, condition: str, seconds: float = 30) -> None:
    """Asked from outside: the page's own policy forbids evaluating text inside it."""
    until = time.monotonic() + seconds
    while not page.evaluate(f"() => {{ const room = window.mdtRoom; return Boolean(room && ({condition})); }}"):
        assert time.monotonic() < until, f"{condition}\n{json.dumps(pane(page), indent=1)[:3000]}"
        time.sleep(0.05)


def pane(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate("() => window.mdtRoom.panes[0]")
    return told


def show(page: Page, name: str) -> dict[str, Any]:
    page.locator("button.series", has_text=name).click()
    wait(page, f"room.panes[0].painted && document.querySelector('.pane .over-when').textContent.includes('{name}')")
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    return pane(page)


def painted(page: Page, canvas: str = "canvas.cornerstone-canvas") -> Pixels:
    """The pixels on the screen, rows by columns by RGBA; of the image, or of what is drawn over it."""
    width, height, data = page.evaluate(
        """(canvasName) => {
            const canvas = document.querySelector(`.pane ${canvasName}`);
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let text = '';
            for (let at = 0; at < data.length; at += 32768) {
                text += String.fromCharCode(...data.subarray(at, at + 32768));
            }
            return [canvas.width, canvas.height, btoa(text)];
        }""",
        canvas,
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)


def middles(screen: Pixels, samples: slice = slice(3)) -> Pixels:
    """The colour in the middle of each of the squares; the image fills the height of a viewport that is wider."""
    height, width = screen.shape[:2]
    step = height / BLOCKS
    rows = [int((n + 0.5) * step) for n in range(BLOCKS)]
    columns = [int((width - height) / 2 + (n + 0.5) * step) for n in range(BLOCKS)]
    return screen[np.ix_(rows, columns)][..., samples].astype(int)


def as_pydicom_shows(name: str, number: int, kind: Kind) -> Pixels:
    """The same squares by pydicom's own lookups, as greys from 0 to 255."""
    dataset = dataset_of(name, number, kind)
    pixels = kind.pixels[len(kind.pixels) // 2] if dataset.get("NumberOfFrames", 1) > 1 else kind.pixels
    half, step = SIDE // BLOCKS // 2, SIDE // BLOCKS
    squares = pixels[half::step, half::step]
    if squares.ndim == 3:
        return squares.astype(int)
    values = apply_voi_lut(apply_modality_lut(squares, dataset).astype(float), dataset)
    low, high = voi_output_range(dataset)
    grey = ((values - low) / (high - low) * 255).round()
    black_on_white = dataset.PhotometricInterpretation == "MONOCHROME1" or dataset.Modality == "PT"
    grey = 255 - grey if black_on_white else grey
    return np.repeat(grey[..., None], 3, axis=-1).astype(int)


def voi_output_range(dataset: Dataset) -> tuple[float, float]:
    """What `apply_voi_lut` maps onto: the range of the stored bits after the modality LUT."""
    low, high = (
        (-(2 ** (dataset.BitsStored - 1)), 2 ** (dataset.BitsStored - 1) - 1)
        if dataset.PixelRepresentation
        else (0, 2**dataset.BitsStored - 1)
    )
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_pixel_is_painted_as_pydicom_computes_it(page: Page, name: str) -> None:
    kind = KINDS[name]
    told = show(page, name)
    found, expected = middles(painted(page)), as_pydicom_shows(name, list(KINDS).index(name) + 1, kind)
    assert np.abs(found - expected).max() <= 2, (
        f"{name}: {np.abs(found - expected).max()}\n{found[..., 0]}\n{expected[..., 0]}"
    )
    overlay = told["overlay"]
    edges = [overlay.get(edge, "") for edge in ("top", "right", "bottom", "left")]
    assert "".join(edges) == kind.letters
    for place, words in kind.said.items():
        assert words in overlay[place]
    assert "NHS 999 000 0018" in overlay["who"]


# Scrolls through a series as somebody does, and tells the squares of each image once it is painted and stays as it is.
SCROLL = """async ([count, blocks]) => {
    const canvas = document.querySelector('.pane canvas.cornerstone-canvas');
    const drawing = canvas.getContext('2d', {willReadFrequently: true});
    const press = (key) => window.dispatchEvent(new KeyboardEvent('keydown', {key, code: key, bubbles: true}));
    const drawn = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    const read = () => {
        const [step, left] = [canvas.height / blocks, (canvas.width - canvas.height) / 2];
        const places = [...Array(blocks).keys()].map((n) => Math.floor((n + 0.5) * step));
        return places.map((y) => places.map((x) => [...drawing.getImageData(left + x, y, 1, 1).data.slice(0, 3)]));
    };
    const told = [];
    press('Home');
    for (let at = 0; at < count; at++) {
        const until = performance.now() + 15000;
        let [before, now] = ['', []];
        do {
            await drawn();
            const {index, coarseness, painted} = window.mdtRoom.panes[0];
            const there = index === at && coarseness === 1 && painted;
            [before, now] = [there ? JSON.stringify(now) : '', read()];
            if (performance.now() > until) throw new Error(`image ${at + 1} does not come`);
        } while (before !== JSON.stringify(now));
        told.push(now);
        press('ArrowDown');
    }
    return told;
}"""


@pytest.mark.parametrize("name", looks.SERIES)
def test_every_look_is_painted_as_the_standard_says(page: Page, name: str) -> None:
    """One image after the other of one series: nothing of the look before may stay. A table is printed at the end."""
    show(page, name)
    wrong = []
    told = page.evaluate(SCROLL, [len(looks.SERIES[name]), BLOCKS])
    for look, found in zip(looks.SERIES[name], np.array(told), strict=True):
        worst = int(np.abs(found - look.expected).max().round())
        looks.COMPARED.append((look, worst))
        if worst > look.within:
            wrong.append(f"{look.name}: {worst}\n{found[..., 0]}\n{look.expected[..., 0].round().astype(int)}")
    assert not wrong, "\n".join(wrong)


def test_flipping_and_turning_moves_the_letters_with_the_image(page: Page) -> None:
    show(page, "signed")
    upright = middles(painted(page))
    try:
        page.keyboard.press("f")
        page.wait_for_timeout(300)
        assert np.abs(middles(painted(page)) - upright[:, ::-1]).max() <= 2
        assert (pane(page)["overlay"]["left"], pane(page)["overlay"]["right"]) == ("L", "R")
        assert "FLIPPED" in pane(page)["overlay"]["how"]
        page.keyboard.press("f")
        page.keyboard.press("d")
        page.wait_for_timeout(300)
        assert np.abs(middles(painted(page)) - np.rot90(upright, -1)).max() <= 2
        assert (pane(page)["overlay"]["top"], pane(page)["overlay"]["right"]) == ("R", "A")
    finally:
        page.keyboard.press("r")
    page.wait_for_timeout(300)
    assert np.abs(middles(painted(page)) - upright).max() <= 2


def test_what_others_drew_lies_where_it_was_drawn_however_the_image_is_turned(page: Page) -> None:
    show(page, "drawn over")
    wait(page, "room.panes[0].overlay.marks?.includes('LAYERS: 2 of 3 shown · MACHINE-MADE')")
    assert "ASTRAY. Its frame of reference is not that of these images" in pane(page)["overlay"]["marks"]
    wait(page, "document.querySelector('.pane-layers').width > 300")
    # On its four sides a line of the person's red; a machine's mask in all of its squares and in no other.
    sides = (CORNERS + np.roll(CORNERS, -1, axis=0)) / 2
    try:
        for keys in ("", "f", "d"):  # as it is, flipped, and then turned too
            for key in keys:
                page.keyboard.press(key)
            page.wait_for_timeout(400)
            turned = {"": lambda s: s, "f": lambda s: s[:, ::-1], "d": lambda s: np.rot90(s[:, ::-1], -1)}[keys]
            layer = painted(page, ".pane-layers")
            assert np.array_equal(middles(layer, slice(3, 4))[..., 0] > 40, turned(COVERED)), keys
            assert middles(layer, slice(3, 4))[~turned(COVERED)].max() == 0
            places = np.zeros((SIDE, SIDE), bool)
            places[tuple(sides.round().astype(int).T[::-1])] = True
            scale = layer.shape[0] / SIDE
            for row, column in np.argwhere(turned(places)):
                y, x = row * scale, column * scale + (layer.shape[1] - layer.shape[0]) / 2
                near = layer[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5]
                assert ((near[..., 0] > 200) & (near[..., 1] < 60) & (near[..., 3] > 150)).any(), (keys, row, column)
        page.keyboard.press("y")
        wait(page, "room.panes[0].overlay.marks.includes('LAYERS: 0 of 3 shown')")
        assert painted(page, ".pane-layers")[..., 3].max() == 0
    finally:
        page.keyboard.press("r")
        page.keyboard.press("y")


def test_the_letters_of_a_radiograph_move_with_it_too(page: Page) -> None:
    show(page, "inverse")
    try:
        page.keyboard.press("f")
        page.wait_for_timeout(300)
        assert (pane(page)["overlay"]["left"], pane(page)["overlay"]["right"]) == ("L", "R")
        page.keyboard.press("f")
        page.keyboard.press("d")
        page.wait_for_timeout(300)
        assert (pane(page)["overlay"]["top"], pane(page)["overlay"]["right"]) == ("R", "H")
    finally:
        page.keyboard.press("r")


def test_an_image_keeps_its_shape_when_its_place_changes_twice_between_two_paintings(page: Page) -> None:
    show(page, "signed")
    page.keyboard.press("Shift+Digit2")
    try:
        wait(page, "room.panes.length === 2 && room.panes[0].painted")
        page.wait_for_timeout(300)
        page.evaluate(
            """() => {
                for (const code of ['Digit1', 'Digit2']) {
                    window.dispatchEvent(new KeyboardEvent('keydown', {key: code, code, shiftKey: true}));
                }
            }"""
        )
        page.wait_for_timeout(300)
        painted_at, place = page.evaluate(
            """() => {
                const canvas = document.querySelector('.pane canvas.cornerstone-canvas');
                return [[canvas.width, canvas.height], [canvas.clientWidth, canvas.clientHeight]];
            }"""
        )
        assert painted_at == place
    finally:
        page.keyboard.press("Shift+Digit1")
        page.wait_for_timeout(300)


def test_an_image_is_shown_as_a_presentation_state_says(page: Page) -> None:
    told = show(page, "signed")
    assert "KEY IMAGE: For Patient" in told["overlay"]["marks"]
    assert page.locator(".layer-shape").count() == 0
    page.get_by_label("Shown as").select_option("The tumour, Smith, Ann, 02-Nov-2026")
    wait(page, "room.panes[0].view.state && document.querySelector('.layer-shape') !== null")
    page.wait_for_timeout(300)
    values = KINDS["signed"].pixels[16::32, 16::32][:4, 4:]  # the quarter, one of each square
    grey = 255 - (np.clip((values + 250.0) / 500, 0, 1) * 255).round()
    expected = np.repeat(np.rot90(grey, -1)[:, ::-1, None], 3, axis=-1)
    screen = painted(page)
    height, width = screen.shape[:2]
    step = height / 4
    rows = [int((n + 0.25) * step) for n in range(4)]
    columns = [int((width - height) / 2 + (n + 0.25) * step) for n in range(4)]
    assert np.abs(screen[np.ix_(rows, columns)][..., :3].astype(int) - expected).max() <= 2
    circle = page.locator(".layer-shape").first.bounding_box()
    place = page.locator(".pane").first.bounding_box()
    assert circle is not None
    assert place is not None
    middle = (circle["x"] + circle["width"] / 2, circle["y"] + circle["height"] / 2)
    assert middle == pytest.approx((place["x"] + place["width"] / 2, place["y"] + place["height"] / 2), abs=3)
    assert circle["width"] == pytest.approx(place["height"] / 2, abs=12), "a radius of 32 of 128 rows, and its stroke"
    assert page.locator(".layer-text").text_content() == "Tumour"
    assert "SHOWN AS: The tumour (Smith, Ann, 02-Nov-2026)" in pane(page)["overlay"]["marks"]
    page.get_by_label("Shown as").select_option("As stored")
    wait(page, "!room.panes[0].view.state && document.querySelector('.layer-shape') === null")
    page.wait_for_timeout(300)
    assert np.abs(middles(painted(page)) - as_pydicom_shows("signed", 1, KINDS["signed"])).max() <= 2


def test_an_image_is_shown_in_the_pseudo_colours_of_a_presentation_state(page: Page) -> None:
    show(page, "twelve bits")
    plain = middles(painted(page))
    page.get_by_label("Shown as").select_option("In colours, Smith, Ann, 02-Nov-2026")
    wait(page, "room.panes[0].view.state")
    page.wait_for_timeout(300)
    values = KINDS["twelve bits"].pixels[16::32, 16::32] - 1024.0
    toned = np.interp(windowed(values, 200, 1000, "SIGMOID") * 4, range(5), TONE / 255)
    # Between two of 64 colours a value may be drawn as either, or as what lies between them.
    either = [PALETTE[np.clip((toned * 63 + by).round().astype(int), 0, 63)] for by in (-0.5, 0.5)]
    found = middles(painted(page))
    assert (found >= np.minimum(*either) - 2).all()
    assert (found <= np.maximum(*either) + 2).all()
    page.keyboard.press("i")
    page.wait_for_timeout(300)
    inverted = [PALETTE[np.clip(((1 - toned) * 63 + by).round().astype(int), 0, 63)] for by in (-0.5, 0.5)]
    found = middles(painted(page))
    assert (found >= np.minimum(*inverted) - 2).all()
    assert (found <= np.maximum(*inverted) + 2).all()
    page.get_by_label("Shown as").select_option("As stored")
    wait(page, "!room.panes[0].view.state")
    page.wait_for_timeout(300)
    assert np.abs(middles(painted(page)) - plain).max() <= 1


def test_a_key_image_chosen_elsewhere_is_one_press_away(page: Page) -> None:
    show(page, "colour")
    page.get_by_role("button", name="For Patient").click()
    wait(page, f"room.panes[0].painted && room.panes[0].sop === '{SIGNED}.1'")


def test_a_video_plays_as_it_came(page: Page) -> None:
    film = page.locator("button.series", has_text="Bronchoscopy")
    if film.count() == 0:
        pytest.skip("this browser cannot record a video to play")
    film.click()
    until = time.monotonic() + 20
    while not page.evaluate("() => document.querySelector('.pane video')?.readyState >= 2"):
        assert time.monotonic() < until, page.locator(".pane").first.text_content()
        page.wait_for_timeout(100)
    width, duration, part = page.evaluate(
        """async () => {
            const video = document.querySelector('.pane video');
            const answer = await fetch(video.src, {headers: {Range: 'bytes=4-7'}});
            return [video.videoWidth, video.duration, [answer.status, await answer.text()]];
        }"""
    )
    assert (width, part) == (320, [206, "ftyp"])
    assert duration > 0.3
    assert "video, compressed with loss" in pane(page)["overlay"]["when"]


def test_the_value_under_the_pointer_is_told(page: Page) -> None:
    for name, says in {"twelve bits": "HU", "fractions": "SUVbw", "mask": "Tumour", "colour": "RGB"}.items():
        show(page, name)
        place = page.locator(".pane").first.bounding_box()
        assert place is not None
        page.mouse.move(place["x"] + place["width"] / 2 + 3, place["y"] + place["height"] / 2 + 3)
        wait(page, f"(room.panes[0].overlay.value || '').includes('{says}')")
    show(page, "signed")


@pytest.mark.parametrize(
    ("name", "says"),
    [("signed", " mm"), ("inverse", "at detector (projection: magnified)"), ("bytes", "uncalibrated")],
)
def test_a_length_says_millimetres_only_where_the_image_gives_them(page: Page, name: str, says: str) -> None:
    show(page, name)
    place = page.locator(".pane").first.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.keyboard.press("l")
    page.mouse.move(x - 60, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20, steps=5)
    page.mouse.move(x + 60, y + 40, steps=5)
    page.mouse.up()
    page.keyboard.press("w")
    wait(page, "room.client.pending === 0 && document.querySelector('.svg-layer text') !== null")
    label = page.locator(".svg-layer text").first.text_content() or ""
    assert says in label
    assert (" mm" in label) == (name != "bytes")


GREY = 4  # of 255: what interpolation on the screen may add to NumPy's


def turn(page: Page, keys: str, condition: str) -> dict[str, Any]:
    """The viewport as a plane or a projection, when all of the volume has come and has been drawn."""
    page.keyboard.press(keys)
    whole = "room.panes[0].volume && room.panes[0].volume.come === room.panes[0].volume.slices"
    wait(page, f"room.panes[0].painted && room.panes[0].view && ({condition}) && {whole}")
    page.wait_for_timeout(400)
    return pane(page)


def grey_at(screen: Pixels, view: dict[str, Any], point: Any, right: Any, down: Any) -> int:
    """The grey on the screen where a patient point belongs, by the view that is told to others."""
    height, width = screen.shape[:2]
    away = np.array(point) - np.array(view["centre"])
    scale = height / view["height"]
    return int(screen[round(height / 2 + away @ down * scale), round(width / 2 + away @ right * scale), 0])


def painted_plane(page: Page) -> Pixels:
    width, height, data = page.evaluate(
        """() => {
            const seen = '.pane .pane-content:not(.away) canvas.cornerstone-canvas';
            const canvas = document.querySelector(seen);
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let text = '';
            for (let at = 0; at < data.length; at += 32768) {
                text += String.fromCharCode(...data.subarray(at, at + 32768));
            }
            return [canvas.width, canvas.height, btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)


X, Y, DOWN = np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 0, -1.0])
CELLS = [(k, j, i) for k in (1, 4, 7, 10) for j in (4, 12, 20, 28) for i in (4, 12, 20, 28, 36)]


@pytest.mark.parametrize(("keys", "plane", "right"), [("Shift+C", "coronal", X), ("Shift+S", "sagittal", Y)])
def test_a_plane_across_the_slices_is_what_numpy_cuts_from_them(page: Page, keys: str, plane: str, right: Any) -> None:
    show(page, "stacked")
    told = turn(page, keys, f"room.panes[0].view.plane === '{plane}'")
    block, view, across = volumes.STACKED, told["view"], 1 if plane == "coronal" else 0
    assert told["overlay"]["where"].startswith(f"{plane.upper()}, REFORMATTED")
    assert "Source 1.5 × 2 × 4 mm" in told["overlay"]["where"]
    cut = (view["centre"][across] - block.origin[across]) / block.spacing[across]
    screen = painted_plane(page)
    seen = {(k, i if plane == "coronal" else j) for k, j, i in CELLS}
    for k, n in seen:
        place = (k, round(cut), n) if plane == "coronal" else (k, n, round(cut))
        expected = block.values[place] / 1000 * 255
        assert abs(grey_at(screen, view, block.patient(*place), right, DOWN) - expected) <= GREY, place
    page.keyboard.press(keys)  # and back to the images as they were taken
    wait(page, "room.panes[0].kind === 'image' && room.panes[0].painted")


def test_what_others_drew_is_cut_by_a_plane_through_the_volume_and_followed(
    page: Page, browser: Browser, story: tuple[Product, Stage]
) -> None:
    """A mask and outlines on a coronal plane; one region off, another opacity: whoever follows sees the same."""
    product, stage = story
    block = volumes.STACKED
    other = sign_in(browser, product, stage.emails["member"], width=1000, height=900)
    other.goto(f"/meetings/{stage.meeting}/room")
    show(page, "stacked")
    page.keyboard.press("t")
    wait(page, "room.client.presenting")
    told = turn(page, "Shift+C", "room.panes[0].view.plane === 'coronal'")
    wait(page, "room.panes[0].overlay.marks?.includes('LAYERS: 2 of 2 shown · MACHINE-MADE')")
    page.wait_for_timeout(700)

    def seen(screen: Page) -> Pixels:
        """What is drawn over each voxel of the plane, RGBA."""
        view, drawn = pane(screen)["view"], painted(screen, ".pane-content:not(.away) .pane-layers")
        scale = drawn.shape[0] / view["height"]
        away = [
            [block.patient(k, 0, i) - view["centre"] for i in range(volumes.COLUMNS)] for k in range(volumes.SLICES)
        ]
        rows = [[int(drawn.shape[0] / 2 + one @ DOWN * scale) for one in row] for row in away]
        columns = [[int(drawn.shape[1] / 2 + one @ X * scale) for one in row] for row in away]
        return drawn[np.array(rows), np.array(columns)]

    cut = round((told["view"]["centre"][1] - block.origin[1]) / block.spacing[1])
    drawn = seen(page)
    inside = np.zeros((volumes.SLICES, volumes.COLUMNS), bool)
    inside[OUTLINED[0] : OUTLINED[1] + 1, 21:34] = True
    free = np.ones_like(inside)
    free[:, [19, 20, 21, 33, 34, 35]] = False  # on the lines themselves
    assert np.array_equal((drawn[..., 3] > 40)[free], volumes.COVERED[:, cut][free])
    red = (drawn[..., 0] > 200) & (drawn[..., 1] < 60) & (drawn[..., 3] > 150)
    assert red[OUTLINED[0] : OUTLINED[1] + 1, [20, 34]].all(), "both its sides, in every slice it is in"
    assert not red[:, 22:33].any()
    assert not red[: OUTLINED[0] - 1].any()
    assert not red[OUTLINED[1] + 2 :].any()

    page.keyboard.press("Shift+Y")
    page.get_by_role("checkbox", name="GTV · GTV").uncheck()
    opacity = page.locator(".layer").filter(has_text="stack by machine").get_by_label("Opacity")
    opacity.evaluate("(slider) => { slider.value = '0.3'; slider.dispatchEvent(new Event('input')); }")
    page.keyboard.press("Shift+Y")
    for screen in (page, other):
        wait(screen, "room.panes[0].view?.looks?.some(({without}) => without?.length === 1 && without[0] === 0)")
        wait(screen, "room.panes[0].view.looks.some(({opacity}) => opacity === 0.3)")
        wait(screen, "room.panes[0].overlay.marks?.includes('LAYERS: 2 of 2 shown')")
        screen.wait_for_timeout(700)
        drawn = seen(screen)
        assert not ((drawn[..., 0] > 200) & (drawn[..., 1] < 60) & (drawn[..., 3] > 150)).any()
        assert np.array_equal(drawn[..., 3] > 15, volumes.COVERED[:, cut])
        assert drawn[5, 12, 3] == pytest.approx(255 * 0.4 * 0.3, abs=3)
    other.context.close()
    show(page, "signed")


def test_a_slab_and_the_whole_projected_are_numpys_maxima(page: Page) -> None:
    show(page, "stacked")
    turn(page, "Shift+C", "room.panes[0].view.plane === 'coronal'")
    block = volumes.STACKED
    for _ in range(5):
        page.keyboard.press("]")
        page.wait_for_timeout(100)
    page.locator("summary", has_text="Planes").click()
    page.get_by_role("group", name="What of the slab is seen").get_by_role("button", name="MIP").click()
    page.locator("summary", has_text="Planes").click()
    told = turn(page, "Escape", "room.panes[0].view.slab === 20 && room.panes[0].view.blend === 'mip'")
    assert "SLAB 20 mm, MIP of 11 planes" in told["overlay"]["where"]
    cut = round((told["view"]["centre"][1] - block.origin[1]) / block.spacing[1])
    most = block.values[:, cut - 5 : cut + 6].max(axis=1) / 1000 * 255
    whole = block.values.max(axis=1) / 1000 * 255
    screen = painted_plane(page)
    for k, i in {(k, i) for k, _, i in CELLS}:
        assert abs(grey_at(screen, told["view"], block.patient(k, cut, i), X, DOWN) - most[k, i]) <= GREY, (k, i)
    told = turn(page, "Shift+P", "room.panes[0].view.kind === 'volume'")
    assert "MIP, PROJECTED" in told["overlay"]["where"]
    screen = painted_plane(page)
    for k, i in {(k, i) for k, _, i in CELLS}:
        assert abs(grey_at(screen, told["view"], block.patient(k, cut, i), X, DOWN) - whole[k, i]) <= GREY, (k, i)


def test_a_plane_through_an_oblique_volume_is_interpolated_as_numpy_does(page: Page) -> None:
    show(page, "oblique")
    told = turn(page, "Shift+A", "room.panes[0].view.plane === 'axial'")
    edges = [told["overlay"].get(edge, "") for edge in ("top", "right", "bottom", "left")]
    assert edges == ["A", "L", "P", "R"]
    screen = painted_plane(page)
    for x in range(-12, 13, 6):
        for y in range(-12, 13, 6):
            point = np.array([x, y, told["view"]["centre"][2]], float)
            expected = volumes.OBLIQUE.at(point) / 1000 * 255
            assert abs(grey_at(screen, told["view"], point, X, Y) - expected) <= GREY, point


def leant(tilt: list[float]) -> Any:
    """The matrix of a tilt: about the patient's x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.deg2rad(tilt)), np.sin(np.deg2rad(tilt))
    about = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return about @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])


def test_a_plane_that_leans_twice_is_interpolated_as_numpy_does(page: Page) -> None:
    show(page, "oblique")
    turn(page, "Shift+A", "room.panes[0].view.plane === 'axial'")
    for keys in ("Alt+ArrowLeft", "Alt+ArrowLeft", "Alt+ArrowUp", "Alt+ArrowUp", "Alt+ArrowUp"):
        before = pane(page)["view"].get("tilt")
        page.keyboard.press(keys)
        wait(page, f"room.panes[0].view && JSON.stringify(room.panes[0].view.tilt) !== '{json.dumps(before)}'")
        page.wait_for_timeout(300)
    told = pane(page)
    view, block = told["view"], volumes.OBLIQUE
    assert told["overlay"]["where"].startswith("OBLIQUE (AXIAL), REFORMATTED")
    assert view["tilt"][:2] != [0, 0], "about two axes"
    about = leant(view["tilt"])
    right, down = about @ X, about @ Y
    edges = [told["overlay"].get(edge, "") for edge in ("right", "bottom")]
    assert (edges[0][0], edges[1][0]) == ("L", "P"), edges
    assert max(len(edge) for edge in edges) > 1, edges
    screen = painted_plane(page)
    for x in range(-12, 13, 6):
        for y in range(-12, 13, 6):
            point = np.array(view["centre"]) + x * right + y * down
            expected = block.at(point) / 1000 * 255
            assert abs(grey_at(screen, view, point, right, down) - expected) <= GREY, point
    page.keyboard.press("Shift+A")  # upright again
    page.keyboard.press("Escape")  # and without its crosshair
    wait(page, "room.panes[0].view && room.panes[0].view.kind === 'plane' && room.panes[0].view.tilt === undefined")


def test_three_planes_lean_together_at_right_angles_or_each_by_itself(page: Page) -> None:
    show(page, "oblique")
    turn(page, "Shift+M", "room.panes.filter((one) => one.view && one.view.kind === 'plane').length === 3")
    assert tilts(page) == [None] * 3
    for keys in ("Alt+ArrowLeft", "Alt+ArrowUp"):
        lean(page, keys, 3)
    normals = [leant(tilt) @ along for tilt, along in zip(tilts(page), (DOWN, Y, X), strict=True)]
    for one, other in itertools.combinations(normals, 2):
        assert abs(one @ other) < 1e-4
    together = tilts(page)
    page.keyboard.press("Alt+l")
    lean(page, "Alt+ArrowLeft", 1)
    assert tilts(page)[1:] == together[1:]
    page.keyboard.press("Alt+l")
    page.keyboard.press("Shift+1")
    page.keyboard.press("Escape")


def tilts(page: Page) -> list[Any]:
    """Of the three planes, once all are laid out."""
    wait(page, "room.panes.slice(0, 3).every(({view}) => view !== null)")
    return [one["view"].get("tilt") for one in page.evaluate("() => window.mdtRoom.panes")[:3]]


def lean(page: Page, keys: str, count: int) -> None:
    """One press, after which so many planes, from the first on, are others than before."""
    page.evaluate("() => { window.leant = window.mdtRoom.panes.map(({view}) => JSON.stringify(view)); }")
    page.keyboard.press(keys)
    others = f"room.panes.slice(0, {count}).every(({{view}}, at) => view && JSON.stringify(view) !== window.leant[at])"
    wait(page, others)


def test_uptake_is_told_where_it_is_and_laid_over_the_ct_of_a_prone_patient(page: Page) -> None:
    page.reload()  # what was looked at before is not to matter
    wait(page, "room.client.connection === 'in-step' && room.case !== null && room.panes[0]")
    page.keyboard.press("Shift+1")
    block = volumes.PRONE
    hot = block.patient(*volumes.HOT)
    show(page, "prone")
    told = turn(page, "Shift+C", "room.panes[0].view.plane === 'coronal'")
    assert (told["overlay"]["left"], told["overlay"]["right"], told["overlay"]["top"]) == ("R", "L", "H")
    show(page, "stacked")
    turn(page, "Shift+C", "room.panes[0].view.plane === 'coronal'")
    page.locator("summary", has_text="Planes").click()
    page.get_by_role("button", name="PET over it").click()
    page.locator("summary", has_text="Planes").click()
    wait(page, "room.panes[0].view.over && room.panes[0].overlay.where.includes('FUSED with PT prone')")
    step = round((hot[1] - pane(page)["view"]["centre"][1]) / block.spacing[1])
    for _ in range(abs(step)):
        page.keyboard.press("ArrowDown" if step > 0 else "ArrowUp")
    page.wait_for_timeout(500)
    told = pane(page)
    box = page.locator(".pane").first.bounding_box()
    assert box is not None
    scale = box["height"] / told["view"]["height"]
    away = hot - np.array(told["view"]["centre"])
    assert abs(away[1]) < 0.01, "the plane goes through the hot voxel"
    place = (box["width"] / 2 + away @ X * scale, box["height"] / 2 + away @ DOWN * scale)
    page.mouse.move(box["x"] + place[0] + 5, box["y"] + place[1] + 5)
    page.mouse.move(box["x"] + place[0], box["y"] + place[1])
    wait(page, "room.panes[0].overlay.value && room.panes[0].overlay.value.includes('SUVbw 10.00')")
    beneath = volumes.STACKED.axes @ (hot - volumes.STACKED.origin) / volumes.STACKED.spacing
    i, j, k = (int(part) for part in beneath.round())
    assert f"{volumes.STACKED.values[k, j, i]:.0f}" in pane(page)["overlay"]["value"], "the CT's own value is told too"
    colour = page.evaluate(
        "([x, y]) => [...document.querySelector('.pane .pane-fusion').getContext('2d').getImageData(x, y, 1, 1).data]",
        [round(place[0]), round(place[1])],
    )
    assert np.abs(np.array(colour) - [255, 254, 252, 128]).max() <= 3, "the top of the window, half opaque"


def test_whoever_follows_sees_the_same_slab_on_another_screen(
    page: Page, browser: Browser, story: tuple[Product, Stage]
) -> None:
    product, stage = story
    other = sign_in(browser, product, stage.emails["member"], width=1000, height=900)
    other.goto(f"/meetings/{stage.meeting}/room")
    show(page, "oblique")
    turn(page, "Shift+C", "room.panes[0].view.plane === 'coronal'")
    page.keyboard.press("t")
    wait(page, "room.client.presenting")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("ArrowUp")
    shown = turn(page, "i", "room.panes[0].view.slab === 5 && room.panes[0].view.invert")["view"]
    same = (
        f"room.panes[0].view && room.panes[0].view.slab === 5 && room.panes[0].view.centre[1] === {shown['centre'][1]}"
    )
    seen = turn(other, "Escape", same + " && room.panes[0].view.invert")["view"]
    assert {**seen, "height": 0, "width": 0} == {**shown, "height": 0, "width": 0}
    here, there = painted_plane(page), painted_plane(other)
    for x in range(-12, 13, 6):
        point = np.array([x, shown["centre"][1], 100 + x / 2])
        assert abs(grey_at(here, shown, point, X, DOWN) - grey_at(there, seen, point, X, DOWN)) <= GREY, point
    other.context.close()


SHADE = 10  # of 255: what fewer rays than the screen has pixels, and rounding on the way, may add to NumPy's


def at_rest(page: Page, condition: str = "true") -> dict[str, Any]:
    """The viewport as a rendered volume at full quality; its view."""
    wait(page, f"room.panes[0].rendering && room.panes[0].rendering.sharp && ({condition})")
    told: dict[str, Any] = pane(page)
    return told


def seen_at(screen: Pixels, view: dict[str, Any], point: Any) -> Pixels:
    """Where a point of the plane of the picture's middle is on the screen: red, green and blue."""
    height, width = screen.shape[:2]
    right, down, _ = rendered.directions(*view["turn"])
    away = np.array(point) - np.array(view["centre"])
    scale = min(height / view["height"], width / view["width"])
    return screen[round(height / 2 + away @ down * scale), round(width / 2 + away @ right * scale), :3].astype(int)


def test_a_volume_in_depth_is_what_numpy_renders_from_any_side(
    page: Page, browser: Browser, story: tuple[Product, Stage]
) -> None:
    product, stage = story
    block, canvas = volumes.OBLIQUE, ".pane-content:not(.away) canvas.rendering-canvas"
    show(page, "oblique")
    page.keyboard.press("t")
    wait(page, "room.client.presenting")
    page.keyboard.press("Shift+X")
    told = at_rest(page)
    assert told["overlay"]["where"].startswith("VOLUME RENDERED: bone")
    assert "Seen from the front" in told["overlay"]["where"]
    box = page.locator(".pane").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 90, box["y"] + box["height"] / 2 + 60, steps=4)
    page.mouse.up()
    told = at_rest(page, "room.panes[0].view.turn[0] > 10 && room.panes[0].view.turn[1] > 5")
    view = told["view"]
    right, down, _ = rendered.directions(*view["turn"])
    places = [np.array(view["centre"]) + x * right + y * down for x in range(-18, 19, 6) for y in range(-12, 13, 6)]
    screen = painted(page, canvas)
    for point in places:
        expected = rendered.bone(block, point, *view["turn"])
        assert np.abs(seen_at(screen, view, point) - expected).max() <= SHADE, point
    assert np.ptp([rendered.bone(block, point, *view["turn"])[0] for point in places]) > 40, "there is something to see"
    other = sign_in(browser, product, stage.emails["member"], width=1000, height=900)
    other.goto(f"/meetings/{stage.meeting}/room")
    there = at_rest(other, f"room.panes[0].view.turn[0] === {view['turn'][0]}")["view"]
    assert {**there, "height": 0, "width": 0} == {**view, "height": 0, "width": 0}
    screen = painted(other, canvas)
    for point in places[::3]:
        expected = rendered.bone(block, point, *view["turn"])
        assert np.abs(seen_at(screen, there, point) - expected).max() <= SHADE, point
    page.locator("summary", has_text="Planes").click()
    page.get_by_role("group", name="What of the volume is seen").get_by_role("button", name="MIP").click()
    page.locator("summary", has_text="Planes").click()
    view = at_rest(page, "room.panes[0].view.preset === 'mip'")["view"]
    screen = painted(page, canvas)
    for point in places:
        grey = np.clip(rendered.most(block, point, *view["turn"]) / 1000 * 255, 0, 255)
        assert abs(seen_at(screen, view, point)[0] - grey) <= SHADE, point
    other.context.close()
    page.keyboard.press("Shift+X")  # and back to the images as they were taken
    wait(page, "room.panes[0].kind === 'image' && room.panes[0].painted")


def test_a_series_that_makes_no_volume_says_why(page: Page) -> None:
    show(page, "bytes")
    page.keyboard.press("Shift+X")
    page.locator(
        ".pane .over-message", has_text="Not a volume: it has one image, and at least 5 are needed."
    ).wait_for()
    page.keyboard.press("Shift+X")
    wait(page, "room.panes[0].kind === 'image' && room.panes[0].painted")


def test_no_image_of_the_case_before_is_left_when_another_opens(page: Page) -> None:
    show(page, "signed")
    page.evaluate(
        """() => {
            window.seen = [];
            const look = () => {
                const banner = document.querySelector('.banner').dataset.case;
                const shown = [...document.querySelectorAll('.pane:not([hidden]) .pane-image.painted')].length;
                const who = document.querySelector('.pane .over-who').textContent;
                window.seen.push([banner, window.mdtRoom.case, shown, who]);
                if (window.seen.length < 90) requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        }"""
    )
    first = page.evaluate("() => window.mdtRoom.case")
    page.keyboard.press("n")
    wait(page, f"room.case !== '{first}'")
    wait(page, "window.seen.length >= 90")
    seen = page.evaluate("() => window.seen")
    assert {banner for banner, *_ in seen} == {first, page.evaluate("() => window.mdtRoom.case")}
    for banner, opened, shown, who in seen:
        assert banner == opened  # banner and images belong to one case in every frame the browser drew
        if banner != first:
            assert shown == 0
            assert who == ""
    page.keyboard.press("Shift+N")  # whoever looks next begins with what all began with
    wait(page, f"room.case === '{first}' && document.querySelectorAll('.series').length > {len(KINDS)}")


# --- the light box: what one hangs, links and fills, the other sees ---


def light_box(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate(
        """() => {
            const {layout, panes} = window.mdtRoom;
            const seen = panes.map(({series, index, view}) => [series, index, view?.flip_h ?? null]);
            return {layout, seen, filled: document.querySelectorAll('.pane.filling').length};
        }"""
    )
    return told


def until_alike(presenter: Page, follower: Page, **wanted: Any) -> dict[str, Any]:
    end = time.monotonic() + 30
    while True:
        shown, followed = light_box(presenter), light_box(follower)
        if shown == followed and wanted.items() <= shown.items():
            return shown
        assert time.monotonic() < end, f"wanted {wanted}\nshown {shown}\nfollowed {followed}"
        time.sleep(0.05)


def wall(page: Page, number: int, side: str = "right") -> Pixels:
    """The greys along the edge of a viewport, clear of its frame and its words, at eight heights."""
    shown = Image.open(BytesIO(page.locator(".pane").nth(number).screenshot())).convert("L")
    grey = np.asarray(shown).astype(int)
    heights = (np.linspace(0.1, 0.9, 8) * (len(grey) - 1)).astype(int)
    edge: Pixels = grey[heights, 5 if side == "left" else -6]
    return edge


def test_one_light_box_for_both(browser: Browser, page: Page, story: tuple[Product, Stage]) -> None:
    product, stage = story
    follower = sign_in(browser, product, stage.emails["member"])
    follower.goto(f"/meetings/{stage.meeting}/room")
    wait(follower, "room.case !== null && room.panes.length > 0")
    page.locator(".pane").first.focus()
    page.keyboard.press("t")
    wait(page, "room.client.presenting")
    page.keyboard.press("Shift+9")
    until_alike(page, follower, layout="3x3")

    # A mammogram hangs back to back by its protocol: the right breast is turned so that its chest wall is at the right.
    page.locator(".menu summary", has_text="Hanging").click()
    page.get_by_role("button", name="Mammogram, four views").click()
    hung = [["1.2.4.0", 0, True], ["1.2.4.1", 0, False], ["1.2.4.2", 0, True], ["1.2.4.3", 0, False]]
    until_alike(page, follower, layout="2x2", seen=hung)
    # On a screen of another shape the breasts still stand back to back, also once its shape has changed again.
    for _ in range(2):
        follower.keyboard.press("b")
        follower.wait_for_timeout(500)
        assert wall(follower, 0).max() > 100
        assert wall(follower, 1, side="left").max() > 100
    page.keyboard.press("Enter")
    until_alike(page, follower, filled=1)
    page.keyboard.press("Enter")
    until_alike(page, follower, filled=0)

    # Two studies without a common frame of reference scroll together from where they were linked.
    page.keyboard.press("Shift+2")
    for number, name in enumerate(("Chest now", "Chest then")):
        page.locator(".pane").nth(number).click(position={"x": 40, "y": 90})
        page.locator("button.series", has_text=name).click()
    until_alike(page, follower, seen=[["1.2.5.1", 2, False], ["1.2.6.1", 2, False]])
    page.keyboard.press("ArrowDown")
    until_alike(page, follower, seen=[["1.2.5.1", 2, False], ["1.2.6.1", 3, False]])
    page.keyboard.press("Shift+U")
    page.keyboard.press("ArrowDown")
    until_alike(page, follower, seen=[["1.2.5.1", 3, False], ["1.2.6.1", 4, False]])
    links = page.locator(".over-link:visible").all_inner_texts()
    assert links == ["Linked by offset", "Linked, offset +105.0 mm"]

    # A second window for a second monitor is nobody else in the room, and is empty once the first one goes.
    with page.expect_popup() as opened:
        page.keyboard.press("Shift+W")
    second = opened.value
    second.wait_for_selector(".pane-image.painted", timeout=30_000)
    assert page.evaluate("() => window.mdtRoom.client.roster.length") == 2
    second.close()
    page.keyboard.press("Shift+U")
    page.keyboard.press("Shift+1")
    follower.context.close()
