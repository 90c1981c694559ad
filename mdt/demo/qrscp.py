"""One trust's archive as pynetdicom's own `qrscp` application: C-ECHO, C-FIND, C-GET and C-MOVE over a folder.

Run as `python -m mdt.demo.qrscp --folder DIR --database FILE --port N --ae TITLE [--move-to TITLE=HOST:PORT]`.
The files stay where they are: the application's own database is written from their headers, once.
"""

import argparse
import configparser
import logging
import os
from pathlib import Path

import pydicom
from pynetdicom.apps.qrscp import db, qrscp
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from mdt.demo.tether import end_with_parent

log = logging.getLogger(__name__)


def index(folder: Path, database: Path) -> None:
    """Write the application's database, unless it has been written from these very files."""
    paths = sorted(path for path in folder.rglob("*.dcm") if path.is_file())
    stamp = "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in paths)
    stamped = database.with_suffix(".files")
    if database.exists() and stamped.exists() and stamped.read_text(encoding="utf-8") == stamp:
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    for old in (database, stamped):
        old.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{database}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    db.Base.metadata.create_all(engine)
    with Session(engine) as session:
        for path in paths:
            db.add_instance(pydicom.dcmread(path, stop_before_pixels=True), session, str(path))
    engine.dispose()
    stamped.write_text(stamp, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="mdt.demo.qrscp")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ae", required=True)
    parser.add_argument("--move-to", action="append", default=[], metavar="TITLE=HOST:PORT")
    options = parser.parse_args()
    end_with_parent()
    database = options.database.absolute()
    index(options.folder.absolute(), database)
    settings = configparser.ConfigParser()
    settings["DEFAULT"] = {
        "ae_title": options.ae,
        "port": str(options.port),
        "max_pdu": "0",
        "acse_timeout": "30",
        "dimse_timeout": "60",
        "network_timeout": "60",
        "bind_address": "127.0.0.1",
        "instance_location": str(database.with_suffix(".received")),
        "database_location": str(database),
        "log_identifier": "False",
    }
    for destination in options.move_to:
        title, _, address = destination.partition("=")
        host, _, port = address.rpartition(":")
        settings[title] = {"address": host, "port": port}
    written = database.with_suffix(".ini")
    draft = written.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8") as out:
        settings.write(out)
    os.replace(draft, written)
    qrscp.main(["--quiet", "--config", str(written)])


if __name__ == "__main__":
    main()
