#!/usr/bin/env python3
"""Walk the audit chain without the product: `python3 verify_audit.py mdt.db`.

For whoever must not take the product's own word for it. It needs Python and nothing else, reads only, and shares no
line with the product: what an entry's hash covers is written in README.md beside this file, and this is one reader of
that page. Exits 0 when the chain holds, 1 at the first entry that does not, and 2 when there is nothing to read.
"""

import hashlib
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

ENTRIES = """
    SELECT seq, at, actor_id, actor, action, subject, patient_id, detail, previous, hash FROM audit_entry ORDER BY seq
"""


def moment(stored: str) -> str:
    """`2026-11-29 14:03:05.000001`, as SQLite keeps it, in the ISO form that was hashed."""
    day, _, time = stored.partition(" ")
    seconds, _, fraction = time.partition(".")
    return f"{day}T{seconds}.{fraction:0<6}+00:00"


def digest(row: sqlite3.Row) -> str:
    """SHA-256 of the previous hash followed by the entry's sorted, unspaced JSON, both as UTF-8."""
    entry = {key: row[key] for key in ("seq", "actor_id", "actor", "action", "subject", "patient_id")}
    entry |= {"at": moment(row["at"]), "detail": json.loads(row["detail"])}
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((row["previous"] + text).encode()).hexdigest()


def walk(rows: sqlite3.Connection) -> str | None:
    """What is wrong with the chain, in a sentence, or None; says on the way how far it holds."""
    previous, last = "0" * 64, 0
    for row in rows.execute(ENTRIES):
        if row["seq"] != last + 1:
            return f"Entry {last + 1} is missing: entry {row['seq']} comes after entry {last}."
        if row["previous"] != previous:
            return f"Entry {row['seq']} does not follow from entry {last}."
        if row["hash"] != digest(row):
            return f"Entry {row['seq']} was changed after it was written."
        previous, last = row["hash"], row["seq"]
    head = rows.execute("SELECT seq, hash FROM audit_head WHERE id = 1").fetchone()
    if head is None and last:
        return f"There are {last} entries, but the row that says where the chain ends is gone."
    if head is not None and (head["seq"], head["hash"]) != (last, previous):
        return f"The chain ends at entry {last}, but once ended at entry {head['seq']}."
    print(f"The audit holds: {last} entries, the last with hash {previous}.")
    return None


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("Say which database to read: python3 verify_audit.py mdt.db", file=sys.stderr)
        return 2
    try:
        with closing(sqlite3.connect(f"{Path(arguments[0]).resolve().as_uri()}?mode=ro", uri=True)) as rows:
            rows.row_factory = sqlite3.Row
            wrong = walk(rows)
    except sqlite3.DatabaseError as error:
        print(f"{arguments[0]} cannot be read as the product's database: {error}.", file=sys.stderr)
        return 2
    if wrong:
        print(wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
