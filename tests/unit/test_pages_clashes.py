"""Clashes on a page: an administrator sees which, where and what differs; whose only if a team of theirs lists them."""

from datetime import date

import pytest
from sqlalchemy import select

from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.imaging.models import Instance, ObjectClash, Refusal
from mdt.people.models import Membership
from mdt.record import claims
from mdt.record.models import Holder, Link, Study, StudyClash
from mdt.trusts.source import ClaimedIdentity
from tests.unit.pages import seeded

MARIA = ClaimedIdentity("9990000018", family="KOWALSKI", given="Maria", birth_date=date(1951, 3, 14), sex="F")
LI = ClaimedIdentity("9990000042", family="WU-HARTLEY", given="Li", birth_date=date(1975, 7, 9), sex="F")


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        now = utc_now()
        with made.house.db.writing() as session:
            study = Study(study_uid="1.9.9", study_date=date(2026, 9, 1), description="CT ABDOMEN", modalities=["CT"])
            for ods, whose in (("RMC", MARIA), ("RBV", LI)):
                claimed = claims.to_json(whose)
                study.holders.append(Holder(trust_ods=ods, series=1, instances=80, claimed=claimed, seen_at=now))
            session.add(study)
            session.flush()
            for who, ods in (("maria", "RMC"), ("new", "RBV")):
                patient = made.patients[who]
                session.add(Link(patient_id=patient, study_id=study.id, trust_ods=ods, status="never", why="a clash"))
            session.add(StudyClash(study_id=study.id, found_at=now))
            instance = session.scalars(select(Instance).where(Instance.sop_uid == "1.2.3.1.1.0")).one()
            session.add(
                ObjectClash(
                    instance_id=instance.id, trust_ods="RRF", study_id=instance.series.study_id,
                    series_uid="1.2.3.1.1", sha256="f" * 64, bytes=12, claimed=claims.to_json(MARIA),
                    differs=["ImageLaterality", "PixelData"], found_at=now,
                )
            )  # fmt: skip
            why = "It came with a study of this patient, but the date of birth written on it is another one."
            for ods, said in (("RMP", why), ("RMP", why), ("RW6", "It is not a DICOM file.")):
                session.add(Refusal(trust_ods=ods, study_id=instance.series.study_id, name="1.9", why=said, at=now))
        yield made


def looks(made):
    with made.house.db.reading() as session:
        return session.scalars(select(AuditEntry).where(AuditEntry.action == "clashes.read")).all()


def test_an_administrator_sees_what_clashes_and_not_whose_it_is(made):
    page = made.signed_in("administrator").get("/clashes/").text
    assert "1.9.9" in page
    assert "1.2.3.1.1.0" in page
    assert page.count("Differs") == 4, "Patient ID, family name, given name, date of birth"
    assert "The image itself differs" in page
    assert "ImageLaterality" in page
    assert page.count("the date of birth written on it is another one") == 1, "counted, not listed one by one"
    assert "Tameside" in page
    assert "Pennine" not in page, "what cannot be read is no clash"
    for where in ("Bolton", "The Christie", "Wrightington, Wigan and Leigh"):
        assert where in page
    assert not any(name in page for name in ("KOWALSKI", "WU-HARTLEY", "9990000018", "14-Mar-1951"))
    assert looks(made) == [], "nobody was looked at"


def test_one_who_also_sits_in_the_team_sees_the_patients_of_that_team_and_is_audited(made):
    with made.house.db.writing() as session:
        session.add(
            Membership(
                person_id=made.people["administrator"], team_id=made.teams["lung"], role="member",
                starts=date(2020, 1, 1),
            )
        )  # fmt: skip
    page = made.signed_in("administrator").get("/clashes/").text
    assert "KOWALSKI" in page
    assert "WU-HARTLEY" not in page, "no team of theirs has listed her"
    (look,) = looks(made)
    assert look.detail == {"patients": [made.patients["maria"]]}


def test_the_link_is_where_administrators_look_and_nowhere_else(made):
    assert 'href="/clashes/"' in made.signed_in("administrator").get("/meetings").text
    assert 'href="/clashes/"' not in made.signed_in("chair").get("/meetings").text


def test_a_region_without_clashes_says_so(tmp_path):
    with seeded(tmp_path) as made:
        assert made.signed_in("administrator").get("/clashes/").text.count("There is none.") == 3
