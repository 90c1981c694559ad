"""Somebody brings a disc in a real browser: its folder is sent, looked at by the worker, and told of on the page."""

from pathlib import Path

import pytest

from mdt.record.models import Patient
from tests.system.seeded import enter
from tests.unit.discs import HIS, slices

pytestmark = pytest.mark.system


def test_the_folder_of_a_disc_is_brought_and_cannot_be_brought_without_saying_what_it_is(browser, running, tmp_path):
    with running.made.house.db.reading() as db:
        john = db.get_one(Patient, running.made.patients["john"])
    his = {
        "PatientID": john.nhs_number, "PatientName": f"{john.family}^{john.given}",
        "PatientBirthDate": f"{john.birth_date:%Y%m%d}", "PatientSex": john.sex,
    }  # fmt: skip
    disc = {**slices(30, study="1.2.99", **his), **slices(3, study="1.2.98", folder="OTHER", **HIS)}
    for name, content in {**disc, "VIEWER.EXE": b"MZ" + bytes(500)}.items():
        path = Path(tmp_path / "CD" / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    context, page = enter(browser, running, "member")
    page.goto(f"/cases/{running.made.cases['john']}/")
    page.get_by_role("button", name="Add imaging from a disc or file").click()
    page.get_by_label("The disc itself, or a folder").set_input_files(tmp_path / "CD")
    page.get_by_role("button", name="Bring it to this case").click()
    page.get_by_role("alert").get_by_text("Enter what is written on the disc").wait_for()

    page.get_by_label("What is written on the disc").fill("CD from Leeds")
    page.get_by_role("button", name="Bring it to this case").click()
    page.get_by_text("Done: 30 taken in, 4 not taken in.").first.wait_for(timeout=30_000)
    assert page.get_by_text("CD/DICOM/IM0001 and 29 more").is_visible()
    page.get_by_role("link", name="Case of").click()
    assert page.get_by_role("row", name="From a disc: CD from Leeds").is_visible()
    context.close()
