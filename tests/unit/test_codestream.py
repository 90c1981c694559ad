"""A beginning of a frame's bytes is a coarser picture, and which bytes are asked for in which order."""

import imagecodecs
import pytest

from mdt.core.errors import Invalid
from mdt.imaging.pixels.codestream import coarse
from mdt.imaging.pixels.frames import _payload
from mdt.imaging.pixels.outward import Piece, Places, frames_asked, outward, pieces
from tests.unit.objects import ramp, smooth


def test_a_large_frame_has_coarser_beginnings_and_a_small_one_none() -> None:
    encoding, payload = _payload(smooth("int16", 3000, 512, 400))
    assert encoding == "htj2k"
    found = coarse(payload, 512, 400)
    assert [factor for factor, _ in found] == [4, 2]
    assert [end for _, end in found] == sorted({end for _, end in found})
    assert found[0][1] < found[1][1] < len(payload)
    assert coarse(_payload(ramp("uint8", 64, 64))[1], 64, 64) == []
    colour = _payload(ramp("uint8", 300, 800, samples=3))[1]
    assert [factor for factor, _ in coarse(colour, 300, 800)] == [2]


def test_a_codestream_of_one_tile_part_has_none() -> None:
    plain = bytes(imagecodecs.htj2k_encode(smooth("uint16", 999, 256, 256), reversible=True))
    assert coarse(plain, 256, 256) == []
    with pytest.raises(ValueError, match="not a JPEG 2000"):
        coarse(b"GIF89a", 256, 256)


def test_frames_are_asked_for_by_ranges_and_come_nearest_first() -> None:
    assert frames_asked("0-2,5,7-8", 9) == [0, 1, 2, 5, 7, 8]
    for wrong in ("", "3-1", "0-9", "1,1", "2,1", "-1", "a", "1-2-3", "1;2"):
        with pytest.raises(Invalid):
            frames_asked(wrong, 9)
    assert outward(range(5), 2) == [2, 3, 1, 4, 0]
    assert outward([0, 4, 9], 8) == [9, 4, 0]


def test_a_piece_goes_as_far_as_is_wanted_and_begins_where_what_is_there_ends() -> None:
    places = Places([8, 116], [100, 40], [{4: 10, 2: 30}, {}])
    assert list(pieces(places, [0, 1], have=None, to=1)) == [Piece(0, 0, 100), Piece(1, 0, 40)]
    assert list(pieces(places, [0, 1], have=None, to=4)) == [Piece(0, 0, 10), Piece(1, 0, 40)]
    assert list(pieces(places, [1, 0], have=4, to=1)) == [Piece(0, 10, 90)]
    assert list(pieces(places, [0], have=2, to=2)) == []
