"""Commands about the store of images: whether it is sound, what takes its room, and making room."""

import json
import re
import sys
import time
from collections import defaultdict
from pathlib import Path

import click
from sqlalchemy.orm import Session

from mdt.bootstrap import House
from mdt.cli.house import BY, open_house
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.rereading import reread
from mdt.imaging.keeping.eviction import Candidate, Needed, Plan, evict, plan
from mdt.imaging.keeping.scrub import Checked, Damage, Scrubber
from mdt.imaging.keeping.usage import Room, by_patient
from mdt.live.queries import series_marked
from mdt.meeting.queries import patients_by_team, patients_coming
from mdt.outcome.queries import decided

_TELL_SECONDS = 5.0
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@click.group()
def store() -> None:
    """The store of images: every object as received, and the packs made of them."""


@store.command()
@click.option("--again", is_flag=True, help="begin at the beginning, even where the last run was cut short")
@click.option("--most", type=int, help="check so many and stop; the next run goes on there")
def verify(again: bool, most: int | None) -> None:
    """Read everything and compare it with its checksum; exits 1 where anything is damaged.

    What is damaged is set aside, and the next gather brings it again. A run that is cut short is gone on with.
    """
    house = open_house()
    place = house.settings.data / "verify.json"
    after = "" if again else _left_off(place)
    if after:
        click.echo("Going on where the last run was cut short; --again begins at the beginning.")
    done = _Progress(place)
    for one in Scrubber(house.db, house.store, BY, utc_now).run(after):
        done.add(one)
        if done.count == most:
            done.keep()
            break
    else:
        place.unlink(missing_ok=True)
    click.echo(done.words)
    if done.damaged:
        click.echo(f"{done.damaged} damaged.", err=True)
        sys.exit(1)


class _Progress:
    """How much was checked, how fast, and up to where."""

    def __init__(self, place: Path) -> None:
        self.count = self.damaged = 0
        self._bytes, self._after, self._place = 0, "", place
        self._began = self._told = time.monotonic()

    def add(self, one: Checked) -> None:
        self.count += 1
        self._bytes += one.bytes
        self._after = one.after
        if one.damage is not None:
            self.damaged += 1
            click.echo(_damage(one.damage))
        if time.monotonic() - self._told > _TELL_SECONDS:
            self._told = time.monotonic()
            self.keep()
            click.echo(self.words, err=True)

    def keep(self) -> None:
        self._place.write_text(json.dumps({"after": self._after}))

    @property
    def words(self) -> str:
        seconds = max(time.monotonic() - self._began, 0.001)
        return f"{self.count} checked, {size(self._bytes)} in {seconds:.0f} s, {size(int(self._bytes / seconds))}/s"


def _left_off(place: Path) -> str:
    try:
        return str(json.loads(place.read_text())["after"])
    except (FileNotFoundError, ValueError, KeyError):
        return ""


def _damage(damage: Damage) -> str:
    whose = [f"study {study}, patient {', '.join(patients) or 'not linked'}" for study, patients in damage.studies]
    return f"DAMAGED {damage.name}: {damage.why} {'; '.join(whose)}".rstrip()


@store.command("reread")
def reread_command() -> None:
    """Read again what an earlier version took in: masks, outlines, reports and states become what they are today.

    From the bytes that are kept; no trust is asked. Safe to repeat, and to run while the product serves.
    """
    house = open_house()
    gained: dict[str, int] = defaultdict(int)
    count = unreadable = 0
    with Sandbox() as sandbox:
        for one in reread(house.db, house.store, sandbox, by=BY, now=utc_now()):
            count += 1
            if one.gained is not None:
                gained[one.gained] += 1
            if one.problem is not None:
                unreadable += 1
                click.echo(f"{one.sop_uid}: {one.problem}", err=True)
    click.echo(
        f"{count} read again: " + (", ".join(f"{gained[kind]} {kind}" for kind in sorted(gained)) or "nothing new")
    )
    if unreadable:
        click.echo(f"{unreadable} could not be read, and stay as they were.", err=True)


@store.command()
@click.option("--patients", "most", default=20, show_default=True, help="how many patients to list, the largest first")
def usage(most: int) -> None:
    """What takes the room: by kind, by team and by patient (by our ids)."""
    house = open_house()
    for kind, taken in house.store.kinds().items():
        click.echo(f"{kind:12} {size(taken):>10}")
    with house.db.reading() as session:
        patients, teams = by_patient(session), patients_by_team(session)
    click.echo("\nby team (a patient of two teams counts for each)")
    for name, listed in sorted(teams.items()):
        click.echo(_line(name, [room for patient, room in patients.items() if patient in listed]))
    click.echo(f"\nby patient, the largest {min(most, len(patients))} of {len(patients)}")
    for patient, room in list(patients.items())[:most]:
        click.echo(_line(patient or "linked to nobody", [room]))


def _line(name: str, rooms: list[Room]) -> str:
    studies, instances = sum(one.studies for one in rooms), sum(one.instances for one in rooms)
    return f"{name:34} {studies:>6} studies {instances:>9} objects {size(sum(one.bytes for one in rooms)):>10}"


@store.command("evict")
@click.option("--quota", required=True, metavar="SIZE", help="what the store may hold, e.g. 500G")
@click.option("--yes", is_flag=True, help="really remove; without it only what would be removed is told")
def evict_command(quota: str, yes: bool) -> None:
    """Remove what no coming meeting needs, the oldest first, until the quota is kept.

    Never what a decision, a mark or a key image refers to, nor what no trust could send again.
    """
    house = open_house()
    allowed = _bytes(quota)
    holds = sum(house.store.kinds().values())
    with house.db.reading() as session:
        planned = plan(session, excess=holds - allowed, needed=_needed(session), now=utc_now())
    click.echo(f"The store holds {size(holds)}; the quota is {size(allowed)}.")
    for reason, room in planned.staying.items():
        click.echo(f"  stays: {size(room):>10}  {reason}")
    _tell_going(planned)
    if yes:
        removed = sum(_remove(house, one) for one in planned.going)
        click.echo(f"Removed {removed} {'study' if removed == 1 else 'studies'}.")
    elif planned.going:
        click.echo("Nothing was removed; --yes removes them.")
    if holds - planned.bytes > allowed:
        raise Invalid(f"The quota cannot be kept: {size(holds - planned.bytes)} must stay.")


def _needed(session: Session) -> Needed:
    now = utc_now()
    return Needed(patients_coming(session, now), decided(session), series_marked(session))


def _tell_going(planned: Plan) -> None:
    for one in planned.going:
        came = in_london(one.since)
        whose = ", ".join(one.patients) or "not linked"
        click.echo(f"  goes:  {size(one.bytes):>10}  study {one.study_id}, patient {whose}, here since {came:%d %b %Y}")


def _remove(house: House, one: Candidate) -> bool:
    """Remove one study: its rows first, then what lies in the store. False when it is wanted again."""
    with house.db.writing() as session:
        evicted = evict(session, one, by=BY, now=utc_now())
    if evicted is None:
        return False
    for name in evicted.names:
        house.store.drop_object(name)
    for series_id in evicted.series_ids:
        for version in house.store.packs(series_id):
            house.store.drop_pack(series_id, version)
    return True


def size(count: int) -> str:
    """Bytes as people count disks, e.g. 8.2 GB."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def _bytes(text: str) -> int:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)B?", text.strip().upper())
    if found is None:
        raise Invalid(f"{text!r} is not a size; say e.g. 500G.")
    return int(float(found[1]) * _UNITS[found[2]])


COMMANDS = (store,)
