"""The prior a radiologist would hang beside a study: a table of cases, the laws, and the demo region's own studies."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.demo import cast
from mdt.imaging.looking import regions
from mdt.imaging.looking.priors import SeriesSaid, StudySaid, kind, priors

TODAY = date(2026, 11, 24)


def study(text: str, days: int, *modalities: str, at: str = "Bolton", **more: object) -> StudySaid:
    """`text` is its description, and its name in these tests; `days` how long before today."""
    said = {"description": text, "modalities": modalities or ("CT",), "trusts": (at,)} | more
    return StudySaid(study_uid=text, day=TODAY - timedelta(days=days), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("CT chest and upper abdomen with contrast", "chest abdomen"),
        ("CT TAP with contrast", "chest abdomen pelvis"),
        ("CT Thorax Abdomen Pelvis", "chest abdomen pelvis"),
        ("CT CAP", "chest abdomen pelvis"),
        ("CT NCAP", "neck chest abdomen pelvis"),
        ("XR Neck of femur Rt", "hip"),
        ("MRI head of pancreas", "abdomen"),
        ("CT head & neck", "head neck"),
        ("MRI C-spine", "cervical spine"),
        ("MRI whole spine", "cervical spine,thoracic spine,lumbar spine"),
        ("CT KUB", "abdomen pelvis"),
        ("CT Colonography", "abdomen pelvis"),
        ("CTPA", "chest"),
        ("CT lung health check low dose", "chest"),
        ("MRI brain with contrast", "head"),
        ("MR Rectum", "pelvis"),
        ("PET-CT FDG whole body", "neck chest abdomen pelvis"),
        ("PET skull base to mid thigh", "neck chest abdomen pelvis"),
        ("US breast left", "breast"),
        ("MRI liver / MRCP", "abdomen"),
        ("XR_CHEST_PA", "chest"),
        ("Capsule series", ""),
        ("Examination", ""),
    ],
)
def test_the_words_radiographers_write_name_parts_of_the_body(text, of):
    assert regions.of_text(text) == frozenset(of.split(",") if "," in of or "spine" in of else of.split())


@pytest.mark.parametrize(
    ("code", "of"),
    [("CHESTABDPELVIS", {"chest", "abdomen", "pelvis"}), ("HEADNECK", {"head", "neck"}), ("Thorax", {"chest"}),
     ("LSPINE", {"lumbar spine"}), ("BREAST", {"breast"}), ("WHOLEBODY", set(regions.TORSO)), ("", set())],
)  # fmt: skip
def test_body_part_examined_runs_its_words_together(code, of):
    assert regions.of_body_part(code) == of


@pytest.mark.parametrize(
    ("modalities", "name"),
    [(("CT", "PT", "SR"), "PET-CT"), (("DX",), "XR"), (("CR", "KO"), "XR"), (("SR", "DOC"), ""), (("MR",), "MRI")],
)
def test_a_study_is_called_by_what_there_is_to_look_at(modalities, name):
    assert kind(modalities) == name


NOW = study("CT chest", 0)

# The newest first; the description of the prior, or none.
CASES = {
    "nearest of the same": ([NOW, study("CT thorax", 30), study("CT Chest old", 400)], "CT thorax"),
    "what shows all of it before what shows some": (
        [study("CT CAP", 0), study("CT chest", 20), study("CT TAP", 300)], "CT TAP",
    ),
    "its own kind before a nearer PET-CT": (
        [NOW, study("PET-CT whole body", 5, "PT", "CT"), study("CT chest 2025", 300)], "CT chest 2025",
    ),
    "a PET-CT when there is nothing else": (
        [NOW, study("PET-CT whole body", 5, "PT", "CT"), study("CT head", 2)], "PET-CT whole body",
    ),
    "a CT beside a PET-CT": ([study("PET-CT", 0, "PT", "CT", series=(SeriesSaid("PT", "WHOLEBODY"),)), NOW], None),
    "another part of the body is none": ([NOW, study("CT head", 9)], None),
    "another modality is none": ([NOW, study("MRI chest", 9, "MR"), study("XR chest", 3, "DX")], None),
    "a computed and a direct radiograph are one kind": (
        [study("XR chest PA", 0, "DX"), study("CXR", 30, "CR")], "CXR",
    ),
    "never the other side": ([study("US breast left", 0, "US"), study("US breast right", 30, "US")], None),
    "the same side before a nearer one that does not say": (
        [study("XR knee Lt", 0, "DX"), study("XR knee", 10, "DX"), study("XR left knee old", 90, "DX")],
        "XR left knee old",
    ),
    "both sides serve one": (
        [study("US breast left", 0, "US"), study("US breasts", 9, "US", series=(SeriesSaid("US", laterality="B"),))],
        "US breasts",
    ),
    "the side from the images where the words have none": (
        [study("MG", 0, "MG", series=(SeriesSaid("MG", laterality="L"),)),
         study("Mammogram", 700, "MG", series=(SeriesSaid("MG", laterality="R"),))], None,
    ),
    "the side of a lung is no side": (
        [study("CT chest left nodule", 0), study("CT chest right", 30)], "CT chest right",
    ),
    "the part from the series where the study does not say": (
        [study("Examination", 0, series=(SeriesSaid("CT", "CHEST"),)),
         study("Old examination", 30, series=(SeriesSaid("CT", "", "Thorax routine"),))], "Old examination",
    ),
    "nobody says which part: no guess": ([study("Examination", 0), study("Earlier examination", 30)], None),
    "a biopsy only when there is nothing better": (
        [NOW, study("CT guided lung biopsy", 5), study("CT chest 2024", 700)], "CT chest 2024",
    ),
    "a report is none": ([NOW, study("CT chest report", 9, "SR")], None),
    "without a date it is none": ([NOW, StudySaid("x", None, description="CT chest", modalities=("CT",))], None),
    "earlier on the same day": (
        [study("CT chest", 0, time="154500"), study("CT chest first", 0, time="091500")], "CT chest first",
    ),
    "not the later one": ([study("CT chest", 30), study("CT chest later", 0)], None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_radiologist_would_hang_beside_it(name):
    studies, wanted = CASES[name]
    found = priors(studies).get(studies[0].study_uid)
    assert (found and found.study_uid) == wanted


def test_the_reason_says_what_when_and_where():
    reasons = {
        days: priors([NOW, study("CT thorax", days, at="Tameside")])["CT chest"].reason
        for days in (1, 9, 20, 213, 1100)
    }
    assert reasons == {
        1: "CT chest, 1 day earlier, at Tameside",
        9: "CT chest, 9 days earlier, at Tameside",
        20: "CT chest, 3 weeks earlier, at Tameside",
        213: "CT chest, 7 months earlier, at Tameside",
        1100: "CT chest, 3 years earlier, at Tameside",
    }
    two = [study("US breast left", 0, "US"), study("US lt breast", 70, "US", trusts=("Bolton", "Tameside"))]
    assert priors(two)["US breast left"].reason == "US breast left, 2 months earlier, at Bolton and Tameside"


NAMES = ["CT chest", "CT CAP", "CT head", "XR knee left", "XR knee right", "XR knee", "PET-CT whole body", "?"]
SAID = st.builds(
    study,
    st.sampled_from(NAMES),
    st.integers(0, 2000),
    st.sampled_from(["CT", "DX", "MR", "SR"]),
    time=st.sampled_from(["", "0915", "1200"]),
)  # fmt: skip


def named(studies: list[StudySaid]) -> list[StudySaid]:
    return [StudySaid(**(vars(one) | {"study_uid": str(number)})) for number, one in enumerate(studies)]


@given(st.lists(SAID, max_size=8), st.randoms())
def test_law_a_prior_is_earlier_alike_the_nearest_and_whatever_the_order(studies, order):
    studies = named(studies)
    by_uid = {one.study_uid: one for one in studies}
    found = priors(studies)
    for uid, prior in found.items():
        current, other = by_uid[uid], by_uid[prior.study_uid]
        assert (other.day, other.time) < (current.day, current.time)
        assert {regions.side_of_text(current.description), regions.side_of_text(other.description)} != {"L", "R"}
        alike = [
            one
            for one in studies
            if (one.description, one.modalities) == (other.description, other.modalities)
            and (one.day, one.time) < (current.day, current.time)
        ]
        assert other.day == max(one.day for one in alike)  # within a day, one may not say its time
    shuffled = studies.copy()
    order.shuffle(shuffled)
    assert {uid: by_uid[one.study_uid].day for uid, one in priors(shuffled).items()} == {
        uid: by_uid[one.study_uid].day for uid, one in found.items()
    }


@given(st.lists(SAID, max_size=6), SAID)
def test_law_what_comes_later_changes_no_prior_of_what_was_there(studies, newest):
    studies = named(studies)
    later = StudySaid(**(vars(newest) | {"study_uid": "new", "day": TODAY + timedelta(days=1)}))
    assert {uid: prior for uid, prior in priors([*studies, later]).items() if uid != "new"} == priors(studies)


def test_the_demo_regions_patients():
    modality = {"CT": ("CT",), "XR": ("DX",), "PE": ("CT", "PT"), "MR": ("MR",), "Ma": ("MG",), "US": ("US",)}
    found: dict[str, tuple[str, str]] = {}
    for person in cast.PATIENTS:
        of = [
            study(one.key, one.days_ago, *modality.get(one.description[:2], ("SR",)), at=one.copies[0].ods)
            for one in cast.STUDIES
            if one.of == person.key and "report" not in one.description
        ]
        described = [StudySaid(**(vars(one) | {"description": _described(one.study_uid)})) for one in of]
        found |= {uid: (prior.study_uid, prior.reason) for uid, prior in priors(described).items()}
    assert found == {
        "maureen-ct": ("maureen-ct-prior", "CT chest, 6 months earlier, at RMC"),
        "maureen-petct": ("maureen-ct", "CT chest and abdomen, 6 days earlier, at R0A"),
        "oluwaseun-mg": ("oluwaseun-mg-prior", "Mammogram, 3 years earlier, at RM3"),
        "sian-mr": ("sian-mr-prior", "MRI head, 4 months earlier, at RW6"),
    }


def _described(key: str) -> str:
    return next(one.description for one in cast.STUDIES if one.key == key)
