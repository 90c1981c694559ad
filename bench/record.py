"""How long the product's own questions take over a region's record of five years, in PostgreSQL and in SQLite.

`python bench/record.py [--studies N] [--full] [--json] [--only postgresql|sqlite]`. By default a hundredth of a region;
`--full` is the whole one: four million examinations a year for five years, twenty million studies, in PostgreSQL, and
two million in SQLite (half an hour and 30 GB of disk, given back at the end). See `bench/region.py` for what is made.
Then a few hundred calls, each for another patient or meeting, of the query functions that the pages call, each in a
session of its own as a request has it: first with every file put out of memory (cold), then the same ones again (warm).
Goal: a 95th percentile below 50 ms. Nothing here is compared with a peer.
"""

import argparse
import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import event, text  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from bench import region  # noqa: E402
from bench.region import CASES, SPREAD, START, Size  # noqa: E402
from mdt import migrations  # noqa: E402
from mdt.core.actor import Actor  # noqa: E402
from mdt.core.db import Database  # noqa: E402
from mdt.imaging import queries as imaging  # noqa: E402
from mdt.imaging.gathering.series import unpacked  # noqa: E402
from mdt.imaging.looking import display, timeline  # noqa: E402
from mdt.imaging.provider import asking, catalogue  # noqa: E402
from mdt.imaging.provider.catalogue import Seen  # noqa: E402
from mdt.imaging.standing import readiness  # noqa: E402
from mdt.meeting import queries as meetings  # noqa: E402
from mdt.people.models import Person  # noqa: E402
from mdt.people.queries import build_actor  # noqa: E402
from mdt.record import queries as record  # noqa: E402
from mdt.record.unasked import whose  # noqa: E402
from mdt.trusts.source import ClaimedIdentity  # noqa: E402
from tests.peers import postgres  # noqa: E402

SMALL, FULL_SQLITE = 200_000, 2_000_000
CALLS, GOAL = 300, 50.0
NOW = datetime(START.year, START.month, START.day, 8, tzinfo=UTC) + timedelta(days=(region.WEEKS - 1) * 7 - 1)

Question = Callable[[Session, int], object]


@dataclass(frozen=True)
class Figures:
    """One question: how often it was asked, in how many statements; milliseconds."""

    database: str
    question: str
    calls: int
    statements: int
    cold_p50: float
    cold_p95: float
    warm_p50: float
    warm_p95: float


class Region:
    """The questions, each for the n-th subject of its kind."""

    def __init__(self, db: Database, size: Size) -> None:
        self.size = size
        with db.reading() as session:
            people = [session.get_one(Person, _id("h", n)) for n in range(size.teams)]
            self._actors = [build_actor(session, person, NOW) for person in people]

    def questions(self) -> dict[str, tuple[Question, int]]:
        """What a person waits for, and how many subjects of it there are."""
        size = self.size
        lately, coming = 8 * size.teams, min(size.teams, 10)
        return {
            "patient timeline": (self.timeline, size.often),
            "agenda of 40 cases with completeness": (self.agenda, lately),
            "my meetings": (self.my_meetings, size.teams),
            "the room's list of one case": (self.room, coming * CASES),
            "QIDO-RS by NHS number": (self.by_nhs_number, size.often),
            "matches to be decided": (self.matches, size.often),
            "may this person see this series": (self.may_see, lately * CASES),
            "whose is a study that was sent": (self.whose, size.patients),
            "the sweep: a sixteenth of all series": (self.sweep, 16),
        }

    def timeline(self, session: Session, n: int) -> object:
        return timeline.lines(session, self._actors[0], team_id=_id("t", 0), patient_id=_id("p", n))

    def agenda(self, session: Session, n: int) -> object:
        number = self.size.meetings - 1 - n
        meeting = meetings.meeting(session, self._of_team(number), _id("g", number))
        states = readiness.of_patients(session, {case.patient_id for case in meeting.cases}, now=NOW, in_words=False)
        assert len(states) == CASES
        assert any(state.studies for state in states.values())
        assert any(state.incomplete for state in states.values())
        return states

    def my_meetings(self, session: Session, n: int) -> object:
        by = self._of_team(n)
        listed = meetings.coming_meetings(session, by, since=NOW)
        assert meetings.past_meetings(session, by, before=NOW, most=13)
        return readiness.of_patients(
            session, {case.patient_id for one in listed for case in one.cases}, now=NOW, in_words=False
        )

    def room(self, session: Session, n: int) -> object:
        patient = self._case(self.size.meetings * CASES - self.size.teams * CASES + n)
        shown = display.of_patient(session, self._actors[0], team_id=_id("t", 0), patient_id=_id("p", patient))
        assert shown["studies"]
        return shown

    def by_nhs_number(self, session: Session, n: int) -> object:
        by = self._actors[n % self.size.teams]
        asked = asking.parse("study", [("PatientID", region.nhs(n)), ("limit", "100")])
        seen = Seen(meetings.PATIENTS_SEEN, meetings.seen_by(by))
        return catalogue.search(session, seen, asked, study_uid=None, series_uid=None)

    def matches(self, session: Session, n: int) -> object:
        return record.matches(session, self._actors[0], team_id=_id("t", 0), patient_id=_id("p", n))

    def may_see(self, session: Session, n: int) -> object:
        number = self.size.meetings * CASES - 1 - n
        study = self._case(number) * region.ALWAYS_HERE
        owned = imaging.series(session, md5(f"r{study}.2".encode(), usedforsecurity=False).hexdigest())
        allowed = [meetings.may_see_patient(session, self._of_team(number // CASES), one) for one in owned.patients]
        assert all(allowed)
        return allowed

    def whose(self, session: Session, n: int) -> object:
        born = START + timedelta(days=-29000 + n % 20000)
        said = ClaimedIdentity(patient_id=region.nhs(n), family="Nobody", given="Else", birth_date=born, sex="F")
        return whose(session, said)

    def sweep(self, session: Session, n: int) -> object:
        return unpacked(session, beginning=f"{n:x}")

    def _of_team(self, meeting: int) -> Actor:
        return self._actors[meeting % self.size.teams]

    def _case(self, number: int) -> int:
        return number * SPREAD % self.size.often


def _id(kind: str, n: int) -> str:
    return md5(f"{kind}{n}".encode(), usedforsecurity=False).hexdigest()


def ask(db: Database, question: Question, subjects: Sequence[int]) -> list[float]:
    """Milliseconds of each, in a session of its own."""
    gc.freeze()  # as the server does, so that a pause to look through all that was imported is not in the figures
    took = []
    for n in subjects:
        began = time.perf_counter()
        with db.reading() as session:
            question(session, n)
        took.append(1000 * (time.perf_counter() - began))
    return took


def measure(database: str, db: Database, size: Size, calls: int, cool: Callable[[], None]) -> Iterator[Figures]:
    chance = random.Random(20)
    for name, (question, many) in Region(db, size).questions().items():
        subjects = [chance.randrange(many) for _ in range(calls)] if many > calls else list(range(many))
        ask(db, question, subjects[:1])  # SQLAlchemy compiles each statement once in the life of a process
        db.close()
        cool()
        with db.reading() as session:
            session.execute(text("SELECT 1"))  # a process keeps its connection
        with counting(db) as statements:
            cold = ask(db, question, subjects)
            asked = round(statements[0] / len(subjects))
        warm = ask(db, question, subjects)
        spread = (_percentile(cold, 50), _percentile(cold, 95), _percentile(warm, 50), _percentile(warm, 95))
        yield Figures(database, name, len(subjects), asked, *spread)


@contextmanager
def counting(db: Database) -> Iterator[list[int]]:
    """How many statements went to the database meanwhile."""
    count = [0]

    def one_more(*_: object) -> None:
        count[0] += 1

    event.listen(db.engine, "before_cursor_execute", one_more)
    try:
        yield count
    finally:
        event.remove(db.engine, "before_cursor_execute", one_more)


def _percentile(values: Sequence[float], percent: int) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def in_postgres(folder: Path, size: Size, calls: int, keep: Callable[[str], None]) -> list[Figures]:
    with postgres.running(folder) as server:
        migrations.upgrade(server.url)
        began = time.perf_counter()
        region.fill_postgres(server.url, size, keep)
        seconds = time.perf_counter() - began
        db = Database(server.url)
        with db.reading() as session:
            sizes = [
                (name, int(table), int(indexes))
                for name, table, indexes in session.execute(
                    text(
                        "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class "
                        "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 9"
                    )
                )
            ]
            indexes = session.execute(
                text(
                    "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index "
                    "WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) "
                    "ORDER BY 2 DESC LIMIT 16"
                )
            ).all()
        _tell_sizes("PostgreSQL", size, seconds, sizes, [(name, int(held)) for name, held in indexes])
        found = _telling(measure("PostgreSQL", db, size, calls, server.cool), keep)
        db.close()
    return found


def in_sqlite(folder: Path, size: Size, calls: int, keep: Callable[[str], None]) -> list[Figures]:
    path = folder / "region.db"
    url = f"sqlite:///{path}"
    migrations.upgrade(url)
    began = time.perf_counter()
    region.fill_sqlite(str(path), size, keep)
    seconds = time.perf_counter() - began
    db = Database(url)
    with db.reading() as session:
        rows = session.execute(
            text(
                "SELECT m.tbl_name, m.type, m.name, sum(s.pgsize) FROM dbstat('main', 1) s "
                "JOIN sqlite_master m ON m.name = s.name GROUP BY m.name"
            )
        ).all()
    tables = sorted({row[0] for row in rows}, key=lambda name: -sum(row[3] for row in rows if row[0] == name))
    sizes = [
        (
            name,
            sum(row[3] for row in rows if row[0] == name and row[1] == "table"),
            sum(row[3] for row in rows if row[0] == name and row[1] == "index"),
        )
        for name in tables[:9]
    ]
    indexes = sorted(((row[2], row[3]) for row in rows if row[1] == "index"), key=lambda one: -one[1])[:16]
    _tell_sizes("SQLite", size, seconds, sizes, indexes)
    found = _telling(measure("SQLite", db, size, calls, lambda: postgres.forget(folder)), keep)
    db.close()
    return found


def _telling(figures: Iterator[Figures], keep: Callable[[str], None]) -> list[Figures]:
    """All of them, each told as soon as it is there."""
    found = []
    for one in figures:
        cold, warm = f"{one.cold_p50:.1f} / {one.cold_p95:.1f}", f"{one.warm_p50:.1f} / {one.warm_p95:.1f}"
        keep(f"{one.question}: cold {cold}, warm {warm}")
        found.append(one)
    return found


def _tell_sizes(
    database: str,
    size: Size,
    seconds: float,
    tables: Sequence[tuple[str, int, int]],
    indexes: Sequence[tuple[str, int]],
) -> None:
    out = sys.stderr if "--json" in sys.argv else sys.stdout
    print(f"{database}: {size.studies} studies of {size.patients} patients, made in {seconds:.0f} s", file=out)
    print(f"  {'table':16} {'MB':>8} {'its indexes, MB':>16}", file=out)
    for name, table, held in tables:
        print(f"  {name:16} {table / 1e6:>8.0f} {held / 1e6:>16.0f}", file=out)
    print(f"  {'the largest':16} {sum(t for _, t, _ in tables) / 1e6:>8.0f} {sum(i for *_, i in tables) / 1e6:>16.0f}",
          file=out)  # fmt: skip
    print("  " + ", ".join(f"{name} {held / 1e6:.0f}" for name, held in indexes), file=out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=SMALL, help="in each database")
    parser.add_argument("--full", action="store_true", help="20 million in PostgreSQL, 2 million in SQLite")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--calls", type=int, default=CALLS, help="of each question")
    parser.add_argument("--folder", type=Path, help="where there is room (default: the system's temporary folder)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    said = parser.parse_args()
    os.nice(5)

    def progress(sentence: str) -> None:
        if said.full:
            print(f"  {time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)

    found: list[Figures] = []
    with tempfile.TemporaryDirectory(dir=said.folder) as name:
        if said.only == "sqlite":
            pass
        elif postgres.binaries() is None:
            print("Not measured: PostgreSQL is not on this machine (bench/install.sh installs it where it may).")
        else:
            place = Path(name) / "postgresql"
            place.mkdir()
            Path(name).chmod(0o711)
            found += in_postgres(place, Size(region.FULL if said.full else said.studies), said.calls, progress)
    with tempfile.TemporaryDirectory(dir=said.folder) as name:
        if said.only != "postgresql":
            size = Size(FULL_SQLITE if said.full else said.studies)
            found += in_sqlite(Path(name), size, said.calls, progress)
    if said.json:
        print(json.dumps({"bench": "record", "goal": GOAL, "figures": [asdict(one) for one in found]}))
        return
    print(f"Milliseconds; the goal is a 95th percentile below {GOAL:g}")
    columns = "{:<11} {:<38} {:>6} {:>10} {:>9} {:>9} {:>9} {:>9}"
    print(columns.format("", "", "calls", "statements", "cold p50", "cold p95", "warm p50", "warm p95"))
    for one in found:
        times = [f"{value:.1f}" for value in (one.cold_p50, one.cold_p95, one.warm_p50, one.warm_p95)]
        print(columns.format(one.database, one.question, one.calls, one.statements, *times))


if __name__ == "__main__":
    main()
