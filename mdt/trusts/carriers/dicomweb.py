"""ImagingSource over DICOMweb (PS3.18): QIDO-RS to find, WADO-RS to bring."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from mdt.trusts import listing, multipart
from mdt.trusts.carriers.http import Http
from mdt.trusts.deadlines import USUAL, Deadlines, trying
from mdt.trusts.errors import NoAnswer, Refused
from mdt.trusts.listing import Attributes
from mdt.trusts.matching import filtered, identifier_for_address, name_for_peer
from mdt.trusts.part10 import media_sop_instance_uid
from mdt.trusts.source import ClaimedIdentity, FoundInstance, FoundSeries, StudyAnswer, StudyQuery
from mdt.trusts.spool import names as spooled

_PAGE = 200
_MOST_PAGES = 100
_TOO_FEW_FOR_A_LIMIT = 10
_AS_HELD = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_TAGS = {
    "StudyInstanceUID": "0020000D",
    "StudyDate": "00080020",
    "StudyTime": "00080030",
    "AccessionNumber": "00080050",
    "StudyDescription": "00081030",
    "ModalitiesInStudy": "00080061",
    "NumberOfStudyRelatedSeries": "00201206",
    "NumberOfStudyRelatedInstances": "00201208",
    "SeriesInstanceUID": "0020000E",
    "Modality": "00080060",
    "SeriesNumber": "00200011",
    "SeriesDescription": "0008103E",
    "BodyPartExamined": "00180015",
    "NumberOfSeriesRelatedInstances": "00201209",
    "SOPInstanceUID": "00080018",
    "SOPClassUID": "00080016",
    "InstanceNumber": "00200013",
    "PatientName": "00100010",
    "PatientID": "00100020",
    "IssuerOfPatientID": "00100021",
    "PatientBirthDate": "00100030",
    "PatientSex": "00100040",
    "OtherPatientIDs": "00101000",
    "OtherPatientIDsSequence": "00101002",
}


class DicomWebSource:
    """A DICOMweb server at `url`, e.g. `https://pacs.example/dicom-web`."""

    def __init__(self, url: str, auth: httpx.Auth | None = None, deadlines: Deadlines = USUAL) -> None:
        self._http = Http(url, auth, deadlines)
        self._deadlines = deadlines
        self._unlisted: list[str] = []

    def echo(self) -> None:
        self._json("studies", [("limit", "1")])

    def find_studies(self, query: StudyQuery) -> StudyAnswer:
        wanted = (*listing.STUDY, *listing.IDENTITY, "OtherPatientIDsSequence")
        found, remarks = self._find("studies", _keys(query), wanted, "StudyInstanceUID")
        return filtered(query, map(listing.study, found), remarks)

    def find_series(self, study_uid: str) -> list[FoundSeries]:
        path = f"studies/{_uid(study_uid)}/series"
        found, remarks = self._find(path, [], listing.SERIES, "SeriesInstanceUID")
        self._unlisted += remarks
        return [listing.series(attributes, study_uid) for attributes in found]

    def find_instances(self, study_uid: str, series_uid: str) -> list[FoundInstance]:
        path = f"studies/{_uid(study_uid)}/series/{_uid(series_uid)}/instances"
        found, remarks = self._find(path, [], listing.INSTANCE, "SOPInstanceUID")
        self._unlisted += remarks
        return [listing.instance(attributes) for attributes in found]

    def unlisted(self) -> tuple[str, ...]:
        said, self._unlisted = tuple(dict.fromkeys(self._unlisted)), []
        return said

    def peek(self, study_uid: str) -> ClaimedIdentity:
        for series in self.find_series(study_uid):
            for instance in self.find_instances(study_uid, series.series_uid):
                path = _instance_path(study_uid, series.series_uid, instance.sop_uid) + "/metadata"
                answers = trying(self._deadlines, self._json, path, [])
                if answers:
                    return listing.identity(_attributes(answers[0]), whole=True)
        raise Refused("query", "The source lists no object of this study to read an identity from.")

    def retrieve(
        self, study_uid: str, series_uid: str, *, spool: Path, only: Collection[str] | None = None
    ) -> Iterator[Path]:
        names = spooled(spool)
        if only is not None:
            yield from self._one_by_one(study_uid, series_uid, list(only), names)
            return
        received: set[str | None] = set()
        try:
            for file in self._bring(f"studies/{_uid(study_uid)}/series/{_uid(series_uid)}", names):
                received.add(media_sop_instance_uid(file))
                yield file
        except NoAnswer as broken:
            if self._deadlines.tries == 1:
                raise
            # The rest has been handed over already: ask again only for what is still missing.
            try:
                wanted = [instance.sop_uid for instance in self.find_instances(study_uid, series_uid)]
            except NoAnswer:
                raise broken from None
            missing = [sop_uid for sop_uid in wanted if sop_uid not in received]
            yield from self._one_by_one(study_uid, series_uid, missing, names)

    def _one_by_one(
        self, study_uid: str, series_uid: str, sop_uids: list[str], names: Iterator[Path]
    ) -> Iterator[Path]:
        refused: list[Refused] = []
        for sop_uid in sop_uids:
            try:
                path = _instance_path(study_uid, series_uid, sop_uid)
                yield from trying(self._deadlines, self._bring_all, path, names)
            except Refused as refusal:
                refused.append(refusal)
        if refused:
            raise Refused("transfer", f"{len(refused)} of {len(sop_uids)} objects were not sent. {refused[0]}")

    def close(self) -> None:
        self._http.close()

    def _find(
        self, path: str, keys: list[tuple[str, str]], wanted: tuple[str, ...], unique: str
    ) -> tuple[list[Attributes], list[str]]:
        """Every page of a search, whatever limit the server has of its own, and a remark where some may be lacking.

        A page that is not full may still have been cut short without a word, so that unless it is small one asks on.
        """
        found: dict[str, Attributes] = {}
        keys = [*keys, *(("includefield", _TAGS[keyword]) for keyword in wanted)]
        full = warned = False
        for _ in range(_MOST_PAGES):
            paging = [("limit", str(_PAGE)), ("offset", str(len(found)))]
            try:
                page = trying(self._deadlines, self._json, path, [*keys, *paging])
            except Refused:
                if found and not (full or warned):
                    return list(found.values()), []  # it minds being asked beyond its end
                raise
            items = [(listing.text(item, unique), item) for item in map(_attributes, page)]
            fresh = {uid: item for uid, item in items if listing.is_uid(uid) and uid not in found}
            if not fresh:
                lacking = warned or (full and bool(page))
                said = (
                    f"The source gave {len(found)} answers and, asked for more, none that was new: some may be lacking."
                )
                return list(found.values()), [said] if lacking else []
            found |= fresh
            full, warned = len(page) == _PAGE, _warns_of_more(self._http.last_headers.get("warning", ""))
            if not (full or warned) and len(page) < _TOO_FEW_FOR_A_LIMIT:
                return list(found.values()), []
        return list(found.values()), [f"The source has more than {len(found)} answers; the rest is not listed."]

    def _json(self, path: str, params: list[tuple[str, str]]) -> list[dict[str, Any]]:
        body = self._http.read(path, params, accept="application/dicom+json")
        if not body.strip():
            return []  # 204: nothing matches
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused("query", "The source answered with something that is not DICOM JSON.") from None
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            raise Refused("query", "The source answered with JSON that is not a DICOM answer.")
        return answer

    def _bring_all(self, path: str, names: Iterator[Path]) -> list[Path]:
        return list(self._bring(path, names))

    def _bring(self, path: str, names: Iterator[Path]) -> Iterator[Path]:
        """Write each part of a retrieval to the next file; a part that breaks off leaves nothing behind."""
        with self._http.stream(path, accept=_AS_HELD) as (content_type, chunks):
            file = next(names)
            out = file.open("xb")
            try:
                for _, value in multipart.pieces(chunks, multipart.boundary_of(content_type)):
                    if isinstance(value, bytes):
                        out.write(value)
                    elif value is None:  # a part is whole: hand it over and open the next file
                        out.close()
                        whole, file = file, next(names)
                        out = file.open("xb")
                        yield whole
            except multipart.Truncated:
                raise NoAnswer("transfer", "The source stopped in the middle of sending.") from None
            except multipart.Malformed as error:
                raise Refused("transfer", f"The source's answer cannot be read: {error}.") from None
            finally:
                out.close()
                file.unlink(missing_ok=True)


def _keys(query: StudyQuery) -> list[tuple[str, str]]:
    """The matching keys to send. Sex is matched on our side only: archives often leave it empty."""
    keys = {
        "StudyInstanceUID": query.study_uid,
        "PatientID": query.patient_id and identifier_for_address(query.patient_id),
        "OtherPatientIDs": query.other_patient_id and f"*{identifier_for_address(query.other_patient_id)}*",
        "PatientName": query.patient_name and name_for_peer(query.patient_name),
        "PatientBirthDate": query.birth_date and query.birth_date.strftime("%Y%m%d"),
    }
    return [(keyword, value) for keyword, value in keys.items() if value]


def _warns_of_more(warning: str) -> bool:
    """PS3.18 section 8.3.4.4: Warning 299 stands on an answer that was limited; also on one not matched fuzzily."""
    return "299" in warning and "fuzzy" not in warning.lower()


def _attributes(item: Mapping[str, Any]) -> Attributes:
    """DICOM JSON (PS3.18 annex F) to text."""
    found = {keyword: _values(item[tag]) for keyword, tag in _TAGS.items() if tag in item}
    if "OtherPatientIDsSequence" in found:
        others = _list(item[_TAGS["OtherPatientIDsSequence"]])
        ids = [_values(other.get(_TAGS["PatientID"])) for other in others if isinstance(other, dict)]
        found["OtherPatientIDsSequence"] = tuple(values[0] for values in ids if values)
    return found


def _values(element: Any) -> tuple[str, ...]:
    return tuple(_text(value.get("Alphabetic") if isinstance(value, dict) else value) for value in _list(element))


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():  # a JSON writer that knows no whole numbers
        value = int(value)
    return "" if value is None else str(value).strip(" \0")


def _list(element: Any) -> list[Any]:
    values = element.get("Value") if isinstance(element, dict) else None
    return values if isinstance(values, list) else []


def _instance_path(study_uid: str, series_uid: str, sop_uid: str) -> str:
    return f"studies/{_uid(study_uid)}/series/{_uid(series_uid)}/instances/{_uid(sop_uid)}"


def _uid(uid: str) -> str:
    """A UID goes into an address only when it is one."""
    if not listing.is_uid(uid):
        raise Refused("query", f"{uid[:80]!r} is not a UID.")
    return uid
