"""An administrator reads what came and is shown to nobody, by trust and reason, and nothing of whose it is."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.imaging.models import Refusal
from mdt.record.models import Study
from mdt.record.unasked import note_unasked
from mdt.trusts.source import ClaimedIdentity, FoundStudy
from tests.unit.pages import seeded


def test_what_nobody_is_shown_is_told_by_trust_and_reason(tmp_path: Path) -> None:
    now = utc_now()
    with seeded(tmp_path) as made:
        with made.house.db.writing() as session:
            for n, nhs in enumerate(("9990009001", "9990009002")):
                who = ClaimedIdentity(
                    patient_id=nhs, family="UNHEARDOF", given="Ada", birth_date=date(1899, 1, 1), sex="F"
                )
                found = FoundStudy(
                    study_uid=f"1.2.3.400.{n}",
                    claimed=who,
                    date=None,
                    time="",
                    description="",
                    modalities=(),
                    accession="",
                    series=None,
                    instances=None,
                )
                note_unasked(session, by=system("test"), trust_ods="RWJ", found=found, now=now)
            study = session.scalars(select(Study).where(Study.study_uid == "1.2.3.400.0")).one()
            for n, why in enumerate(("It is no DICOM object.", "It ends in the middle.")):
                at = now + timedelta(seconds=n)
                session.add(Refusal(trust_ods="RM3", study_id=study.id, name=f"file {n}", why=why, at=at))
        page = made.signed_in("administrator").get("/arrivals/").get_data(as_text=True)
    rows = [" ".join(row.split()) for row in page.split("<tr")]
    unknown = next(row for row in rows if "(RWJ)" in row and "1.2.3.400" not in row)
    assert ">2</td>" in unknown
    refused = next(row for row in rows if "1.2.3.400.0" in row)
    assert "(RM3)" in refused
    assert ">2</td>" in refused
    assert "It ends in the middle." in refused
    assert "UNHEARDOF" not in page
    assert "9990009001" not in page
