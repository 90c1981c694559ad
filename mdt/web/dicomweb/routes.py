"""Every address of the provider (PS3.18 10.4 to 10.6), and what each request begins and ends with."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.blueprints import BlueprintSetupState

from mdt.core.errors import MdtError, NotFound
from mdt.web.dicomweb import answers, bulk, frames, metadata, pictures, receiving, searching, who, whole
from mdt.web.session import public

pages = Blueprint("dicomweb", __name__, url_prefix="/dicomweb")

_STUDY = "/studies/<study>"
_SERIES = f"{_STUDY}/series/<series>"
_OBJECT = f"{_SERIES}/instances/<sop>"
_FRAMES = f"{_OBJECT}/frames/<listed>"


@pages.record_once
def _no_forms_here(state: BlueprintSetupState) -> None:
    """A session may only read here, and a token is no cookie: no other site can make a browser do anything."""
    state.app.extensions["csrf"].exempt(pages)


@pages.before_request
def _identify() -> None:
    who.identify()


@pages.after_request
def _allow_origin(response: Response) -> Response:
    return who.allow_origin(response)


@pages.errorhandler(MdtError)
def _refusal(error: MdtError) -> Response:
    return answers.refusal(error)


@pages.errorhandler(FileNotFoundError)
def _gone(_error: FileNotFoundError) -> Response:
    """It was removed from the store, to make room or because it was damaged, while it was being asked for."""
    return answers.refusal(NotFound("This object is not kept here at the moment; asking its trusts again brings it."))


def capabilities() -> Response:
    """What there is, for a person who looks."""
    answers.only()
    rules = ("/studies", "/series", "/instances", _STUDY, _SERIES, _OBJECT)
    return jsonify(service="MDT DICOMweb", resources=list(rules), documentation="docs/dicomweb.md")


def _get(rule: str, name: str, view: Callable[..., Response], **fixed: Any) -> None:
    def answer(**names: Any) -> Response:
        return view(**fixed, **names)

    pages.add_url_rule(rule, name, public(answer))  # `who` decides, not the pages' own rule


def _post(rule: str, name: str) -> None:
    pages.add_url_rule(rule, name, public(receiving.receive), methods=["POST"])


_get("/", "capabilities", capabilities)
_get("/studies", "search_studies", searching.search, level="study")
_get("/series", "search_series", searching.search, level="series")
_get(f"{_STUDY}/series", "search_series_of_study", searching.search, level="series")
_get("/instances", "search_instances", searching.search, level="instance")
_get(f"{_STUDY}/instances", "search_instances_of_study", searching.search, level="instance")
_get(f"{_SERIES}/instances", "search_instances_of_series", searching.search, level="instance")
for _level, _rule in (("study", _STUDY), ("series", _SERIES), ("object", _OBJECT)):
    _get(_rule, f"whole_{_level}", whole.whole)
    _get(f"{_rule}/metadata", f"metadata_{_level}", metadata.metadata)
    _get(f"{_rule}/rendered", f"rendered_{_level}", pictures.rendered)
    _get(f"{_rule}/thumbnail", f"thumbnail_{_level}", pictures.thumbnail)
_get(_FRAMES, "frames", frames.frames)
_get(f"{_FRAMES}/rendered", "rendered_frames", pictures.rendered)
_get(f"{_OBJECT}/frames/<int:number>/thumbnail", "thumbnail_frame", pictures.thumbnail)
_get(f"{_OBJECT}/bulkdata/<path:element>", "bulkdata", bulk.bulk)
_post("/studies", "receive")
_post(_STUDY, "receive_study")
