"""A small, correct DICOMweb server over a folder: one trust's archive in the demo region, and a peer for tests.

QIDO-RS for studies, series and instances; WADO-RS for studies, series, instances and their metadata. Run as
`python -m mdt.demo.provider --folder DIR --port N [--delay SECONDS] [--index FILE]`; it ends with its standard input.
"""

import argparse
import io
import re
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import gevent
import pydicom
from flask import Flask, Response, abort, jsonify, request
from gevent.pywsgi import WSGIServer

from mdt.demo import asking, holdings
from mdt.demo.asking import SERIES, SOP, STUDY, BadQuery
from mdt.demo.holdings import Instance
from mdt.demo.tether import end_with_parent

_NOT_FUZZY = "The fuzzymatching parameter is not supported. Only literal matching has been performed."
ANY, EXPLICIT_LITTLE = "*", "1.2.840.10008.1.2.1"


def application(held: Sequence[Instance], delay: float = 0.0) -> Flask:
    """The WSGI application; `delay` seconds pass before each answer and before each object sent."""
    app = Flask(__name__)

    def chosen(study: str, series: str | None = None, sop: str | None = None) -> list[Instance]:
        found = [
            one
            for one in held
            if one.text(STUDY) == study and series in (None, one.text(SERIES)) and sop in (None, one.text(SOP))
        ]
        if not found:
            abort(404, "This archive does not hold it.")
        return found

    @app.before_request
    def _be_slow() -> None:
        gevent.sleep(delay)

    @app.errorhandler(BadQuery)
    def _bad_query(error: BadQuery) -> tuple[Response, int]:
        return Response(str(error), mimetype="text/plain"), 400

    def search(level: asking.Level, instances: Sequence[Instance]) -> Response:
        question = asking.parse(request.args.items(multi=True))
        found, more = asking.answer(instances, level, question)
        response = jsonify(found) if found else Response(status=204)
        response.content_type = "application/dicom+json"
        if more:
            response.headers["Warning"] = f'299 demo: "There are {more} additional results that can be requested"'
        if request.args.get("fuzzymatching") == "true":
            response.headers.add("Warning", f'299 demo: "{_NOT_FUZZY}"')
        return response

    @app.get("/studies")
    def _studies() -> Response:
        return search("study", held)

    @app.get("/series")
    @app.get("/studies/<study>/series")
    def _series(study: str | None = None) -> Response:
        return search("series", [one for one in held if study in (None, one.text(STUDY))])

    @app.get("/instances")
    @app.get("/studies/<study>/instances")
    @app.get("/studies/<study>/series/<series>/instances")
    def _instances(study: str | None = None, series: str | None = None) -> Response:
        within = [one for one in held if study in (None, one.text(STUDY)) and series in (None, one.text(SERIES))]
        return search("instance", within)

    @app.get("/studies/<study>/metadata")
    @app.get("/studies/<study>/series/<series>/metadata")
    @app.get("/studies/<study>/series/<series>/instances/<sop>/metadata")
    def _metadata(study: str, series: str | None = None, sop: str | None = None) -> Response:
        response = jsonify([one.attributes for one in chosen(study, series, sop)])
        response.content_type = "application/dicom+json"
        return response

    @app.get("/studies/<study>")
    @app.get("/studies/<study>/series/<series>")
    @app.get("/studies/<study>/series/<series>/instances/<sop>")
    def _objects(study: str, series: str | None = None, sop: str | None = None) -> Response:
        found = chosen(study, series, sop)
        syntaxes = _acceptable(request.headers.get("Accept", "*/*"))
        if not syntaxes:
            abort(406, 'This archive sends multipart/related; type="application/dicom".')
        for one in found:
            _syntax_for(one, syntaxes)  # before the first byte, so that a refusal is still possible
        boundary = uuid.uuid4().hex
        kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
        return Response(_parts(found, syntaxes, boundary, delay), content_type=kind)

    return app


def _parts(found: Sequence[Instance], syntaxes: Sequence[str], boundary: str, delay: float) -> Iterator[bytes]:
    for one in found:
        gevent.sleep(delay)
        syntax = _syntax_for(one, syntaxes)
        body = one.path.read_bytes() if syntax == one.transfer_syntax else _decompressed(one.path)
        kind = f"Content-Type: application/dicom; transfer-syntax={syntax}"
        yield f"--{boundary}\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _acceptable(accept: str) -> list[str]:
    """The transfer syntaxes a client takes; when it says none, Explicit VR Little Endian (PS3.18 8.7.3.5.2)."""
    taken = []
    for part in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", accept):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        said = dict(p.replace('"', "").split("=", 1) for p in parameters if "=" in p)
        if media in ("*/*", "multipart/*") or (
            media == "multipart/related" and said.get("type", "application/dicom") == "application/dicom"
        ):
            taken.append(said.get("transfer-syntax", EXPLICIT_LITTLE))
    return taken


def _syntax_for(one: Instance, syntaxes: Sequence[str]) -> str:
    """As it is held if that is taken, else uncompressed if that is; else 406."""
    if ANY in syntaxes or one.transfer_syntax in syntaxes:
        return one.transfer_syntax
    if EXPLICIT_LITTLE in syntaxes:
        return EXPLICIT_LITTLE
    abort(406, "This archive can send the object as it is held or uncompressed.")


def _decompressed(path: Path) -> bytes:
    ds = pydicom.dcmread(path)
    if ds.file_meta.TransferSyntaxUID.is_compressed:
        ds.decompress()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True, implicit_vr=False, little_endian=True)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(prog="mdt.demo.provider")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--index", type=Path)
    options = parser.parse_args()
    end_with_parent()
    held = holdings.load(options.folder, options.index)
    server = WSGIServer(("127.0.0.1", options.port), application(held, options.delay), log=None)
    server.serve_forever()


if __name__ == "__main__":
    main()
