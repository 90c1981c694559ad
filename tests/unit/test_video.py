"""Video objects: the stream comes out as it went in, where browsers play its container; else that is said."""

from pathlib import Path
from typing import Any

import pytest

from mdt.imaging.files.parsing import Description, describe
from mdt.imaging.files.video import container
from tests.unit.objects import an_object, ramp, save

H264, MPEG2 = "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.100"
ENDOSCOPE = "1.2.840.10008.5.1.4.1.1.77.1.1.1"
MP4 = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 8000


def read(folder: Path, payloads: list[bytes], syntax: str = H264, **said: Any) -> Description:
    given = {"SOPClassUID": ENDOSCOPE, "Modality": "ES", "SeriesDescription": "Bronchoscopy"} | said
    path = save(an_object(ramp("uint8", samples=3), payloads=payloads, **given), folder / "video.dcm", syntax)
    return describe(path, folder / "document")


def test_a_video_is_taken_out_as_it_is(tmp_path: Path) -> None:
    about = read(tmp_path, [MP4], LossyImageCompressionRatio=50)
    assert about.document is not None
    assert (about.document["title"], about.document["type"]) == ("Bronchoscopy", "video/mp4")
    assert (about.document["lossy"], about.document["lossy_ratio"]) == (True, 50)
    assert (about.frames, about.problem) == (0, None)
    assert (tmp_path / "document").read_bytes() == MP4


def test_a_video_in_several_fragments_is_one_stream(tmp_path: Path) -> None:
    about = read(tmp_path, [MP4[:1000], MP4[1000:]], "1.2.840.10008.1.2.4.102.1")
    assert about.document is not None
    assert (tmp_path / "document").read_bytes() == MP4


@pytest.mark.parametrize(
    ("stream", "words", "syntax"),
    [
        ((b"\x47" + bytes(187)) * 4, "an MPEG transport stream", H264),
        (b"\0\0\1\xba" + bytes(600), "an MPEG program stream", MPEG2),
        (b"\0\0\1\xb3" + bytes(600), "a bare MPEG-2 stream", MPEG2),
        (b"\0\0\0\1\x67" + bytes(600), "a bare stream without a container", H264),
        (b"RIFF" + bytes(600), "a container that is not known", H264),
    ],
)
def test_what_no_browser_plays_is_named(tmp_path: Path, stream: bytes, words: str, syntax: str) -> None:
    about = read(tmp_path, [stream], syntax)
    assert about.document is None
    assert about.problem is not None
    assert about.problem.startswith("It is video (MPEG")
    assert f"in {words}, which browsers do not play" in about.problem


def test_a_stream_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = save(an_object(ramp("uint8", samples=3), payloads=[MP4], SOPClassUID=ENDOSCOPE), tmp_path / "v.dcm", H264)
    path.write_bytes(path.read_bytes()[:-100_000])
    assert describe(path, tmp_path / "document").problem == "It is video, but its stream is cut short."


def test_too_little_to_tell(tmp_path: Path) -> None:
    assert [container(start) for start in (b"", b"\x47", b"\0\0")] == ["unknown"] * 3
