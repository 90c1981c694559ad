"""Which phantom each study of the cast is painted from."""

from collections.abc import Iterator
from datetime import date, timedelta

from pydicom.dataset import Dataset

from mdt.demo import cast
from mdt.demo.geography import trust
from mdt.demo.phantoms import slide, studies
from mdt.demo.phantoms.brain import Head, Lesion
from mdt.demo.phantoms.breast import Mass
from mdt.demo.phantoms.objects import Series, Shot
from mdt.demo.phantoms.person import Chest, Nodule
from mdt.demo.phantoms.report import encapsulated, pathology
from mdt.demo.phantoms.slide import Glass
from mdt.demo.phantoms.tissue import Biopsy
from mdt.demo.phantoms.uptake import Focus

RIGHT_UPPER = (-62.0, -12.0, 88.0)
HILAR_NODE = ((-36.0, 2.0, 14.0), 13.0)

MAUREEN = Chest(seed=11, nodules=(Nodule(RIGHT_UPPER, 22),), nodes=(HILAR_NODE,))
MAUREEN_BEFORE = Chest(seed=11, nodules=(Nodule(RIGHT_UPPER, 14, spicules=18),), shift=(4.0, -3.0, 5.0), contrast=0.75)
SIAN = Chest(
    seed=23, emphysema=0.2, nodules=(Nodule((48.0, 14.0, 16.0), 31, spicules=14),), nodes=(((30.0, 20.0, 26.0), 17.0),)
)
MOHAMMED = Chest(
    seed=37,
    female=False,
    size=1.04,
    effusion=46,
    emphysema=0.8,
    nodules=(Nodule((78.0, 24.0, -28.0), 34, spicules=16),),
)
PRZEMYSLAW = Chest(
    seed=41, female=False, contrast=0.0, emphysema=1.0, nodules=(Nodule((70.0, 6.0, 70.0), 9, spicules=10),)
)
CHIAMAKA = Chest(
    seed=53,
    emphysema=0.0,
    nodules=(Nodule((-74.0, 30.0, -14.0), 19, spicules=22),),
    nodes=(((-8.0, 12.0, 20.0), 14.0),),
)
GERALDINE = Chest(seed=61, size=0.96, nodules=(Nodule((64.0, -6.0, 62.0), 28),))
ELWYN = Chest(seed=83, female=False, size=1.06, emphysema=0.1)
LLINOS = Chest(seed=97, emphysema=0.0, nodules=(Nodule((58.0, 30.0, -46.0), 14, spicules=8),))
SOMEBODY_ELSE = Chest(seed=71, female=False, emphysema=0.1)

SIAN_HEAD = Head(3, (Lesion((-33.0, -22.0, 30.0), 27, 23),))
MALGORZATA_HEAD = Head(19, (Lesion((36.0, 30.0, 26.0), 34, 26),))


def objects_of(key: str, anchor: date) -> Iterator[Dataset]:
    """The study's objects, without anybody's identity on them yet."""
    study = next(one for one in cast.STUDIES if one.key == key)
    day = anchor - timedelta(days=study.days_ago)
    shot = Shot(key, day, study.time, study.description, study.body_part, station=study.copies[0].ods + "1")
    return _PAINT[key](shot)


def _lung_biopsy(shot: Shot) -> Iterator[Dataset]:
    who = cast.patient("maureen")
    taken = shot.day - timedelta(days=4)
    title = "Histopathology report: CT guided biopsy, right upper lobe"
    pdf = pathology(
        trust=trust("RMP").name, patient="ENTWISTLE, Maureen Patricia (Mrs)", nhs=who.nhs, born=who.born,
        specimen="T26-018842  CT guided core biopsy, right upper lobe", taken=taken, reported=shot.day, title=title,
        sections=(
            ("Clinical details", "Ex-smoker, 42 pack years. 22 mm spiculated right upper lobe nodule, was 14 mm."),
            ("Macroscopy", "Three cores of tan tissue, the longest 13 mm. All embedded."),
            ("Microscopy",
             "Cores of lung with an invasive adenocarcinoma of acinar and focally solid pattern. "
             "TTF-1 positive, p40 negative. No lymphovascular invasion seen. Tumour cellularity about 60 %."),
            ("Molecular and PD-L1",
             "PD-L1 (22C3): tumour proportion score 30 %. EGFR, ALK, ROS1, KRAS: sent; to follow."),
            ("Conclusion", "Right upper lobe, CT guided biopsy: adenocarcinoma of the lung."),
        ),
        pathologist="Dr R. Iyengar, consultant histopathologist",
    )  # fmt: skip
    yield encapsulated(shot, title, pdf)
    glass = Glass(
        "T26-018842 A1", "T26-018842 A", "CT guided core biopsy, right upper lobe", ("45653009", "Right upper lobe"),
        ("T26-018842 A1", "ENTWISTLE", "Maureen Patricia", who.nhs, who.born.strftime("%d-%b-%Y"), "H&E"),
    )  # fmt: skip
    yield from slide.scanned(shot, Series(2, "H&E, right upper lobe core"), glass, Biopsy(7))


def _breast_core(shot: Shot) -> Iterator[Dataset]:
    who = cast.patient("oluwaseun")
    title = "Histopathology report: core biopsy, left breast"
    pdf = pathology(
        trust=trust("RMP").name, patient="ADEBAYO-CLARKE, Oluwaseun Grace (Mrs)", nhs=who.nhs, born=who.born,
        specimen="T26-019307  14G core biopsy, left breast 1 o'clock", taken=shot.day - timedelta(days=6),
        reported=shot.day, title=title,
        sections=(
            ("Clinical details", "Palpable lump left upper outer quadrant. Mammogram M5, ultrasound U5, 14 mm."),
            ("Microscopy",
             "Invasive carcinoma of no special type, grade 2 (tubules 3, pleomorphism 2, mitoses 1), with "
             "intermediate grade DCIS and microcalcification."),
            ("Receptors", "ER 8/8 (positive), PR 6/8, HER2 1+ (negative)."),
            ("Conclusion", "Left breast, core biopsy: invasive carcinoma NST, grade 2. B5b."),
        ),
        pathologist="Dr R. Iyengar, consultant histopathologist",
    )  # fmt: skip
    yield encapsulated(shot, title, pdf)
    glass = Glass(
        "T26-019307 A1", "T26-019307 A", "14G core biopsy, left breast 1 o'clock", ("80248007", "Left breast"),
        ("T26-019307 A1", "ADEBAYO-CLARKE", "Oluwaseun Grace", who.nhs, who.born.strftime("%d-%b-%Y"), "H&E"),
    )  # fmt: skip
    yield from slide.scanned(shot, Series(2, "H&E, left breast core"), glass, Biopsy(31, cores=3, tumour=0.85))


_PAINT = {
    "maureen-ct": lambda shot: studies.chest_ct_drawn_over(shot, MAUREEN),
    "maureen-ct-prior": lambda shot: studies.chest_ct(shot, MAUREEN_BEFORE, signed=False, field=350.0, noise=15.0),
    "maureen-cxr": lambda shot: studies.chest_film(shot, MAUREEN, fine=2),
    "maureen-petct": lambda shot: studies.pet_ct(
        shot, MAUREEN, (Focus(RIGHT_UPPER, 22, 11.4), Focus(*HILAR_NODE, 4.6))
    ),
    "maureen-pathology": _lung_biopsy,
    "sian-mr": lambda shot: studies.brain_mr(shot, SIAN_HEAD),
    "sian-mr-prior": lambda shot: studies.brain_mr(shot, Head(3), count=26, spacing=5.2, post=False),
    "sian-ct": lambda shot: studies.chest_ct(shot, SIAN, spacing=5.0),
    "mohammed-ct": lambda shot: studies.chest_ct(shot, MOHAMMED, spacing=5.0, field=390.0),
    "mohammed-cxr": lambda shot: studies.chest_film(shot, MOHAMMED),
    "mohammed2-cxr": lambda shot: studies.chest_film(shot, SOMEBODY_ELSE, fine=4),
    "przemyslaw-ct": lambda shot: studies.chest_ct(shot, PRZEMYSLAW, spacing=5.0, signed=False, noise=24.0),
    "przemyslaw-cxr": lambda shot: studies.chest_film(shot, PRZEMYSLAW, fine=4),
    "chiamaka-ct": lambda shot: studies.chest_ct(shot, CHIAMAKA, spacing=5.0),
    "chiamaka-cxr": lambda shot: studies.chest_film(shot, CHIAMAKA, fine=4),
    "geraldine-cxr": lambda shot: studies.chest_film(shot, GERALDINE),
    "oluwaseun-mg": lambda shot: studies.mammograms(
        shot, 5, {"CC": Mass((44.0, 70.0), 16), "MLO": Mass((46.0, 68.0), 16)}
    ),
    "oluwaseun-mg-prior": lambda shot: studies.mammograms(shot, 5, {"CC": Mass((44.0, 70.0), 6, specks=5)}),
    "oluwaseun-us": lambda shot: studies.breast_cine(shot, 9, 14.0),
    "oluwaseun-pathology": _breast_core,
    "chau-us": lambda shot: studies.breast_cine(shot, 77, 9.0, frames=20),
    "elwyn-ct": lambda shot: studies.chest_ct(shot, ELWYN, spacing=5.0, field=390.0),
    "llinos-ct": lambda shot: studies.chest_ct(shot, LLINOS, spacing=5.0),
    "malgorzata-mr": lambda shot: studies.brain_mr(shot, MALGORZATA_HEAD, count=26, spacing=5.2),
}
