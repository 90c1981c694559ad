"""QIDO-RS (PS3.18 10.6): studies, series and objects of the record, those of patients the caller may see."""

import json
from itertools import chain

from flask import Response, request

from mdt.core.errors import Invalid
from mdt.imaging.provider import answering, asking, catalogue
from mdt.imaging.provider.catalogue import Found
from mdt.imaging.provider.fields import Level
from mdt.trusts.listing import is_uid
from mdt.web.dicomweb import looks
from mdt.web.dicomweb.answers import DICOM_JSON, choose, warn
from mdt.web.dicomweb.finding import address, seen
from mdt.web.dicomweb.negotiation import Offer
from mdt.web.session import house

_ONLY_JSON = f"A search is answered in {DICOM_JSON}."
_OFFERS = (Offer(DICOM_JSON, multipart=False), Offer("application/json", multipart=False))


def search(level: Level, study: str | None = None, series: str | None = None) -> Response:
    chosen = choose(_OFFERS, _ONLY_JSON)
    for uid in filter(None, (study, series)):
        if not is_uid(uid):
            raise Invalid(f"{uid[:80]!r} is not a UID.")
    asked = asking.parse(level, request.args.items(multi=True))
    with house().db.reading() as session:
        found = catalogue.search(session, seen(), asked, study_uid=study, series_uid=series)
    looks.searched(level, {one.study.id for one in found.matches}, {one.patient.id for one in found.matches})
    listed = [answering.as_json(one, asked, within_study=study is not None, address=address) for one in found.matches]
    body = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
    answer = Response(body, content_type=chosen.type) if listed else Response(status=204)
    return warn(answer, *chain(asked.warnings, _more(found, asked)))


def _more(found: Found, asked: asking.Question) -> list[str]:
    if not found.more:
        return []
    most = "" if asked.limit < asking.MOST[asked.level] else f" (at most {asked.limit} are given at once)"
    return [f"There are {found.more} additional results that can be requested{most}"]
