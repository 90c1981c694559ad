"""A region's record of five years, made in bulk inside the database, in our own migrated schema.

One text of SQL for both databases, over `numbers` and a few functions that each is given. A study in three is of the
one patient in twenty who is imaged again and again, sixty times or so, as those under a cancer team are; the others
have seven. Three studies of four lie beside those of the same patient, as one round of asking wrote them; the fourth
lies where a later round put it. Every meeting has forty cases, each with its round and eight answers. Series are there
for patients of the last eight weeks, and objects for those of up to ten coming meetings: what a study is made of is
written when it is gathered, and objects for twenty million studies would measure the disk, not the queries.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from string import Template

import psycopg

from mdt.record.nhs_number import check_digit

DAYS, WEEKS, CASES = 1826, 261, 40
START = date(2021, 11, 24)
MOST_TEAMS, FULL = 30, 20_000_000
OFTEN, ALWAYS_HERE, ONCE = 20, 45, 15  # one patient in OFTEN has ALWAYS_HERE studies together and ONCE apart
SPREAD = 7919  # the cases of a meeting are patients from anywhere
OBJECTS = (2, 40, 18)  # of the three series of a study
TRUSTS = ("RMC", "RBV", "R0A", "RM3", "RW6", "RWJ", "RMP", "RRF")
FAMILIES = "Hargreaves,Siddiqui,O'Connell,Wiśniewska,Okafor,Ashworth,Patel,Barlow,Kenyon,Entwistle,Osei,Whitworth"
GIVEN = "Dorothy,Imran,Margaret,Tomasz,Adaeze,Jean,Anil,Gladys,Peter,Moira,Kofi,Ruth"
HEADER = (
    '{"image_type": ["ORIGINAL", "PRIMARY", "AXIAL"], "kind": "CT Image Storage", "rows": 512, "columns": 512, '
    '"samples": 1, "bits": 16, "photometric": "MONOCHROME2", "frame_of_reference": "1.2.840.113619.2.55.3.604688119", '
    '"acquisition": 1, "temporal": null, "echo": null, "between": null, "laterality": null, "view": null, "frames": '
    '[{"position": [-174.5, -174.5, 210.25], "orientation": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]}], '
    '"spacing": [0.683594, 0.683594], "spacing_source": "PixelSpacing", "lossy": false, "lossy_ratio": null}'
)


@dataclass(frozen=True)
class Size:
    """How much of everything, from the number of studies."""

    studies: int

    @property
    def patients(self) -> int:
        return self.studies // 10

    @property
    def often(self) -> int:
        """Patients who are imaged again and again: the first of all."""
        return self.patients // OFTEN

    @property
    def teams(self) -> int:
        return max(1, MOST_TEAMS * self.studies // FULL)

    @property
    def meetings(self) -> int:
        return self.teams * WEEKS

    @property
    def together(self) -> int:
        """Studies that lie beside those of the same patient."""
        return self.studies * 3 // 4

    def names(self) -> dict[str, object]:
        """What the text below calls by name."""
        often, meetings = self.often, self.meetings
        lists = {"families": FAMILIES.replace("'", "''"), "given": GIVEN, "trusts": ",".join(TRUSTS), "header": HEADER}
        return lists | {
            "often": often,
            "patients": self.patients,
            "teams": self.teams,
            "meetings": meetings,
            "always": ALWAYS_HERE,
            "together": self.together,
            "often_together": often * ALWAYS_HERE,
            "others": self.patients - often,
            "others_together": self.together - often * ALWAYS_HERE,
            "turn": pow(SPREAD, -1, often),
            "lately": (meetings - 8 * self.teams) * CASES % often,
            "lately_many": 8 * self.teams * CASES,
            "coming": (meetings - self.teams) * CASES % often,
            "coming_many": min(self.teams, 10) * CASES,
        }


# Whose study n is. `mix` scatters without chance, so that every run makes the same region.
MIX = "((n * 2654435761 + {salt}) % 2147483629)"
WHOSE = (
    f"(CASE WHEN n < $often_together THEN n / $always "
    f"WHEN n < $together THEN $often + (n - $often_together) * $others / $others_together "
    f"WHEN n % 10 < 3 THEN {MIX.format(salt=11)} % $often ELSE {MIX.format(salt=23)} % $patients END)"
)
DAY = f"({MIX.format(salt=5)} % {DAYS})"
TRUST = f"split_part('$trusts', ',', 1 + CAST({MIX.format(salt=3)} % 8 AS INTEGER))"
SECOND = f"split_part('$trusts', ',', 1 + CAST(({MIX.format(salt=3)} + 3) % 8 AS INTEGER))"
STUDY_ID, STUDY_UID = "md5('s' || n)", "'1.2.840.113619.2.55.3.' || (604688119000 + n) || '.' || (n % 977)"
NAME_OF = "split_part('$families', ',', 1 + CAST(k % 12 AS INTEGER))"
GIVEN_OF = "split_part('$given', ',', 1 + CAST(k / 12 % 12 AS INTEGER))"
BORN = "day(CAST(-29000 + k % 20000 AS INTEGER))"
SEX = "CASE WHEN k % 2 = 0 THEN 'F' ELSE 'M' END"
CLAIMED = (
    """json('{"patient_id": "MU' || lpad('' || k, 8, '0') || '", "issuer": "MFT", "other_ids": null, "family": "' || """
    f"""{NAME_OF} || '", "given": "' || {GIVEN_OF} || '", "birth_date": "' || {BORN} || '", "sex": "' || {SEX} || """
    """'", "says_birth_date": true, "says_other_ids": true}')"""
)
WITH_K = f"(SELECT n, CAST({WHOSE} AS BIGINT) AS k FROM $numbers) AS made"
HELD = "INSERT INTO holder (id, study_id, trust_ods, series, instances, claimed, seen_at, origin, label) "
LINKED = "INSERT INTO link (id, patient_id, study_id, trust_ods, status, why, reason, origin, whole) "
STATUS = "CASE WHEN n % 97 = 0 THEN 'confirm' WHEN n % 89 = 0 THEN 'never' ELSE 'auto' END"
# A patient of one of the last meetings: the case's number is k's place in the order in which cases come.
LATELY = "k < $often AND (k * $turn - $lately + $often) % $often < $lately_many"
COMING = "k < $often AND (k * $turn - $coming + $often) % $often < $coming_many"
SHORT = "(n % 33 = 0 AND part = 2)"  # a series of which the last object did not come
MANY = f"CASE part WHEN 1 THEN {OBJECTS[0]} WHEN 2 THEN {OBJECTS[1]} ELSE {OBJECTS[2]} END"
HERE = f"({MANY} - CASE WHEN {SHORT} THEN 1 ELSE 0 END)"
WHOLE = f"({LATELY} AND n % 33 <> 0)"  # what the database would keep, were its triggers not lifted for the load
PARTS = "(SELECT 1 AS part UNION ALL SELECT 2 UNION ALL SELECT 3) AS parts"

# Table, how many numbers, what. Each may name $numbers: a table of one column n, from 0.
STEPS: tuple[tuple[str, Callable[[Size], int], str], ...] = (
    (
        "trust",
        lambda size: 8,
        "INSERT INTO trust (ods, name, live_from) "
        "SELECT split_part('$trusts', ',', CAST(n + 1 AS INTEGER)), 'Trust ' || n, day(-400) FROM $numbers",
    ),
    (
        "team",
        lambda size: size.teams,
        "INSERT INTO team (id, name, mdt_type, host_ods) "
        "SELECT md5('t' || n), 'Team ' || n, '0801', 'R0A' FROM $numbers",
    ),
    (
        "person",
        lambda size: size.teams,
        "INSERT INTO person (id, email, name, specialty, trust_ods, password_hash, administrator, active, "
        "session_version) SELECT md5('h' || n), 'p' || n || '@mdt.example', 'Dr ' || n, '', 'R0A', '-', false, true, 1 "
        "FROM $numbers",
    ),
    (
        "membership",
        lambda size: size.teams,
        "INSERT INTO membership (id, team_id, person_id, role, starts) "
        "SELECT md5('b' || n), md5('t' || n), md5('h' || n), 'coordinator', day(0) FROM $numbers",
    ),
    (
        "patient",
        lambda size: size.patients,
        "INSERT INTO patient (id, nhs_number, nhs_status, family, given, birth_date, sex) "
        f"SELECT md5('p' || k), nhs(k), '01', {NAME_OF}, {GIVEN_OF}, {BORN}, {SEX} "
        "FROM (SELECT n AS k FROM $numbers) AS made",
    ),
    (
        "study",
        lambda size: size.studies,
        "INSERT INTO study (id, study_uid, study_date, study_time, description, accession, modalities) "
        f"SELECT {STUDY_ID}, {STUDY_UID}, day(CAST({DAY} AS INTEGER)), lpad('' || (n % 24), 2, '0') || '3000', "
        "split_part('CT thorax abdomen pelvis with contrast,XR chest,MR head,CT thorax,US abdomen', ',', "
        "1 + CAST(n % 5 AS INTEGER)), 'ACC' || n, "
        "json('[\"' || split_part('CT,CR,MR,CT,US', ',', 1 + CAST(n % 5 AS INTEGER)) || '\"]') FROM $numbers",
    ),
    (
        "holder",
        lambda size: size.studies,
        f"{HELD} SELECT md5('d' || n), {STUDY_ID}, {TRUST}, 3, {sum(OBJECTS)}, {CLAIMED}, "
        f"moment(CAST({DAY} AS INTEGER)), '', '' FROM {WITH_K}",
    ),
    (
        "holder",
        lambda size: size.studies,
        f"{HELD} SELECT md5('e' || n), {STUDY_ID}, {SECOND}, 3, {sum(OBJECTS)}, {CLAIMED}, "
        f"moment(CAST({DAY} AS INTEGER)), '', '' FROM {WITH_K} WHERE n % 20 = 0",
    ),
    (
        "link",
        lambda size: size.studies,
        f"{LINKED} SELECT md5('l' || n), md5('p' || k), {STUDY_ID}, {TRUST}, {STATUS}, '', '', '', {WHOLE} "
        f"FROM {WITH_K}",
    ),
    (
        "link",
        lambda size: size.studies,
        f"{LINKED} SELECT md5('m' || n), md5('p' || k), {STUDY_ID}, {SECOND}, {STATUS}, '', '', '', {WHOLE} "
        f"FROM {WITH_K} WHERE n % 20 = 0",
    ),
    (
        "series",
        lambda size: size.studies,
        "INSERT INTO series (id, study_id, series_uid, modality, number, description, body_part, expected, gaps, "
        "received, frames, bytes) "
        f"SELECT md5('r' || n || '.' || part), {STUDY_ID}, {STUDY_UID} || '.' || part, 'CT', part, 'Axial 1.0', "
        f"'CHEST', {MANY}, json('[]'), {HERE}, {HERE}, {HERE} * 526000 FROM {WITH_K}, {PARTS} WHERE {LATELY}",
    ),
    (
        "pack",
        lambda size: size.studies,
        "INSERT INTO pack (id, series_id, version, frames, bytes, built_at, lossy, maker) "
        f"SELECT md5('k' || n || '.' || part), md5('r' || n || '.' || part), md5('v' || n) || md5('w' || n), {HERE}, "
        f"{HERE} * 220000, moment({DAYS - 2}), false, 9 FROM {WITH_K}, {PARTS} WHERE {LATELY}",
    ),
    (
        "instance",
        lambda size: size.studies,
        "INSERT INTO instance (id, series_id, sop_uid, sop_class_uid, transfer_syntax_uid, number, frames, sha256, "
        "bytes, trust_ods, received_at, header) "
        f"SELECT md5('i' || n || '.' || part || '.' || place), md5('r' || n || '.' || part), "
        f"{STUDY_UID} || '.' || part || '.' || place, '1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.1.2.1', place, 1, "
        f"md5('a' || n || part) || md5('b' || place), 526000, {TRUST}, moment({DAYS - 2}), json('$header') "
        f"FROM {WITH_K}, {PARTS}, places WHERE place <= {HERE} AND {COMING}",
    ),
    (
        "meeting",
        lambda size: size.meetings,
        "INSERT INTO meeting (id, team_id, starts_at, place, status, seq, epoch) "
        "SELECT md5('g' || n), md5('t' || (n % $teams)), moment(CAST(n / $teams * 7 AS INTEGER)), 'Seminar room', "
        "CASE WHEN n < $meetings - $teams THEN 'closed' ELSE 'planned' END, 0, md5('o' || n) FROM $numbers",
    ),
    (
        "mdt_case",
        lambda size: size.meetings * CASES,
        "INSERT INTO mdt_case (id, meeting_id, patient_id, position, clinical_question, status, listed_at) "
        f"SELECT md5('c' || n), md5('g' || (n / {CASES})), md5('p' || (n * {SPREAD} % $often)), n % {CASES} + 1, "
        "'Is this operable?', CASE WHEN n / 40 < $meetings - $teams THEN 'decided' ELSE 'listed' END, "
        f"moment(CAST(n / {CASES} / $teams * 7 - 7 AS INTEGER)) FROM $numbers",
    ),
    (
        "gather",
        lambda size: size.meetings * CASES,
        "INSERT INTO gather (id, patient_id, asked_at, started_at, finished_at) "
        f"SELECT md5('q' || n), md5('p' || (n * {SPREAD} % $often)), {{asked}}, {{asked}}, {{asked}} "
        "FROM $numbers".replace("{asked}", f"moment(CAST(n / {CASES} / $teams * 7 - 7 AS INTEGER))"),
    ),
    (
        "trust_answer",
        lambda size: size.meetings * CASES * 8,
        "INSERT INTO trust_answer (id, gather_id, trust_ods, status, detail, seconds, expected, received, changed_at) "
        "SELECT md5('u' || n), md5('q' || (n / 8)), split_part('$trusts', ',', 1 + CAST(n % 8 AS INTEGER)), "
        f"'answered', '', 1.5, 420, 420, moment(CAST(n / 8 / {CASES} / $teams * 7 - 7 AS INTEGER)) FROM $numbers",
    ),
)


def nhs(k: int) -> str:
    """The k-th NHS number here. Of two neighbours at most one has no check digit, so each k has one of a pair."""
    first = f"{400_000_000 + 2 * k:09}"
    digit = check_digit(first)
    if digit is None:
        first = f"{400_000_000 + 2 * k + 1:09}"
        digit = check_digit(first)
    return f"{first}{digit}"


_IN_POSTGRES = """
CREATE FUNCTION day(n integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT date '{start}' + n $$;
CREATE FUNCTION moment(n integer) RETURNS timestamp LANGUAGE sql IMMUTABLE AS
  $$ SELECT timestamp '{start} 09:00' + n * interval '1 day' $$;
CREATE FUNCTION json(text) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT CAST($1 AS json) $$;
CREATE FUNCTION tenth(first text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT CAST((11 - sum(CAST(substr(first, i, 1) AS integer) * (11 - i)) % 11) % 11 AS integer)
  FROM generate_series(1, 9) AS i $$;
CREATE FUNCTION nhs(k bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE first text := CAST(400000000 + 2 * k AS text); digit integer := tenth(first);
BEGIN
  IF digit = 10 THEN first := CAST(400000000 + 2 * k + 1 AS text); digit := tenth(first); END IF;
  RETURN first || digit;
END $$;
CREATE TABLE places AS SELECT generate_series(1, 40) AS place;
"""
_OURS = ("nhs(bigint)", "tenth(text)", "json(text)", "moment(integer)", "day(integer)")


def steps(size: Size, numbers: str) -> list[tuple[str, str]]:
    """Table and statement, in order. `numbers` takes the last number as {last}."""
    names = size.names()
    return [
        (table, Template(text).substitute(names, numbers=numbers.format(last=many(size) - 1)))
        for table, many, text in STEPS
    ]


def fill_postgres(url: str, size: Size, said: Callable[[str], None]) -> None:
    """Fill migrated tables; indexes and constraints are put aside for it and made again, as for any bulk load."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(_IN_POSTGRES.format(start=START.isoformat()))
        aside = connection.execute(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
            "format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f') "
            "ORDER BY contype = 'f' DESC"
        ).fetchall()
        indexes = connection.execute(
            "SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes WHERE schemaname = 'public' AND "
            "indexname NOT IN (SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace)"
        ).fetchall()
        for drop, _ in (*aside, *indexes):
            connection.execute(drop)
        for table in ("link", "series"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        made = steps(size, "generate_series(CAST(0 AS BIGINT), {last}) AS numbers(n)")
        _side_by_side(url, made, said)
        keys = [create for _, create in aside if "FOREIGN KEY" not in create]
        _side_by_side(url, [("index", create) for create in (*keys, *(create for _, create in indexes))], said)
        # A foreign key takes a lock on both its tables: one after another.
        for create in (create for _, create in aside if "FOREIGN KEY" in create):
            connection.execute(create)
        for table in ("link", "series"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.execute("DROP TABLE places")
        for function in _OURS:
            connection.execute(f"DROP FUNCTION {function}")
        said("indexes")
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _side_by_side(url: str, statements: Sequence[tuple[str, str]], said: Callable[[str], None]) -> None:
    """Each in a connection of its own, two at a time, whatever their order."""

    def carry_out(one: tuple[str, str]) -> None:
        name, statement = one
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            rows = connection.execute(statement).rowcount
        said(f"{name}: {rows}" if rows >= 0 else statement)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(carry_out, statements))


def fill_sqlite(path: str, size: Size, said: Callable[[str], None]) -> None:
    """The same in SQLite, where the functions are ours and keys cannot be put aside."""
    connection = sqlite3.connect(path, isolation_level=None)
    functions: dict[str, tuple[int, Callable[..., str]]] = {
        "md5": (1, lambda text: hashlib.md5(str(text).encode(), usedforsecurity=False).hexdigest()),
        "nhs": (1, nhs),
        "day": (1, lambda n: (START + timedelta(days=n)).isoformat()),
        "moment": (1, lambda n: f"{datetime(START.year, START.month, START.day, 9) + timedelta(days=n)}.000000"),
        "json": (1, lambda text: text),
        "lpad": (3, lambda text, width, fill: str(text).rjust(width, fill)),
        "split_part": (3, lambda text, by, place: text.split(by)[place - 1]),
    }
    for name, (arguments, function) in functions.items():
        connection.create_function(name, arguments, function, deterministic=True)
    for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-1500000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    keepers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('link', 'series')"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for name, _ in keepers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("CREATE TEMP TABLE places AS WITH RECURSIVE c(place) AS (SELECT 1 UNION ALL SELECT place + 1 "
                       "FROM c WHERE place < 40) SELECT place FROM c")  # fmt: skip
    numbers = (
        "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {last}) SELECT n FROM c) AS numbers"
    )
    for table, statement in steps(size, numbers):
        done = connection.execute(statement)
        said(f"{table}: {done.rowcount}")
    for _, create in (*indexes, *keepers):
        connection.execute(create)
    said("indexes")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
