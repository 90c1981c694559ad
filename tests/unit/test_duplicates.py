"""The same image twice is told to the reader; echoes, phases and empty slices are not the same image."""

from mdt.imaging.standing.duplicates import Image, duplicates

PLACE = (0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def at(number, content, z=None, kind=()):
    return Image(number, content, (0.0, 0.0, float(number if z is None else z)), kind)


def test_a_series_sent_twice_with_new_uids_is_told_once():
    once = [at(n, f"pixels {n}") for n in range(1, 41)]
    again = [at(n + 40, f"pixels {n}", z=n) for n in range(1, 41)]
    assert duplicates([*once, *again]) == [
        "40 images are here more than once with the same content (instances 1 to 40)"
    ]
    assert duplicates(once) == []


def test_one_slice_sent_twice_is_named():
    assert duplicates([at(7, "a"), at(8, "b"), at(9, "a", z=7)]) == [
        "1 image is here more than once with the same content (instance 7)"
    ]


def test_empty_slices_at_different_places_are_no_duplicates():
    assert duplicates([at(1, "black"), at(2, "black")]) == []


def test_echoes_and_phases_share_their_place_and_are_no_duplicates():
    assert duplicates([at(1, "a", z=5), at(21, "b", z=5)]) == []
    assert duplicates([at(1, "a", kind=("echo", 1)), at(1, "b", kind=("echo", 2))]) == []


def test_two_images_of_one_number_and_place_with_different_content_are_told():
    assert duplicates([at(3, "a"), at(3, "b"), at(5, "c"), at(5, "d")]) == [
        "2 images are here more than once with different content (instances 3 and 5)"
    ]


def test_radiographs_have_no_place_and_are_told_by_their_content():
    assert duplicates([Image(1, "a"), Image(1, "b")]) == []
    assert duplicates([Image(None, "a"), Image(None, "a")]) == ["1 image is here more than once with the same content"]


def test_what_says_nothing_of_its_content_is_not_compared():
    assert duplicates([Image(1, None, PLACE), Image(2, None, PLACE)]) == []
