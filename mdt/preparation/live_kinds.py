"""What the room keeps of preparation: scenes, and word that something prepared on a page has changed."""

from mdt.core.errors import Forbidden, NotFound
from mdt.live import fields, kinds
from mdt.live.authored import Author
from mdt.live.fields import Json
from mdt.live.handlers import NOT_ON_AGENDA
from mdt.live.kinds import Asked, Decision
from mdt.live.protocol import moment
from mdt.live.room import EMPTY_CASE
from mdt.meeting.models import Case
from mdt.people import permissions
from mdt.preparation import evidence, scenes

CHANGE = "preparation.change"


def register() -> None:
    """Called once by the composition root."""
    kinds.register("scene.put", put_scene, before_opening=True)
    kinds.register("scene.remove", remove_scene, before_opening=True)
    kinds.register("scene.order", order_scenes, before_opening=True)
    kinds.register(CHANGE, change, before_opening=True)


def put_scene(asked: Asked) -> Decision:
    """`{case, scene}`."""
    case = _case(asked)
    scene = scenes.put(
        _held(asked, case).get("scenes", []),
        asked.body,
        _author(asked),
        case=case.id,
        may_change_others=_may_change_others(asked),
        at=moment(asked.now),
    )
    (seen,) = evidence.of_views(asked.session, case.patient_id, [scene["view"]])
    if any(pane is not None and made is None for pane, made in zip(scene["view"]["panes"], seen, strict=True)):
        raise NotFound("An image of this view is not among this patient's imaging.")
    return Decision(
        {"case": case.id, "scene": scene | {"seen": seen}}, case.id, case.patient_id, {"scene": scene["id"]}
    )


def remove_scene(asked: Asked) -> Decision:
    """`{case, id, version}`."""
    case = _case(asked)
    held = _held(asked, case).get("scenes", [])
    gone = scenes.remove(held, asked.body, _author(asked), may_change_others=_may_change_others(asked))
    return Decision({"case": case.id, **gone}, case.id, case.patient_id, {"scene": gone["id"]})


def order_scenes(asked: Asked) -> Decision:
    """`{case, order}`: every scene of the case by its id."""
    case = _case(asked)
    order = scenes.order(_held(asked, case).get("scenes", []), asked.body)
    return Decision({"case": case.id, "order": order}, case.id, case.patient_id)


def change(asked: Asked) -> Decision:
    """`{case}`: reviews, opinions or differences of a case changed on a page; whoever shows them asks again."""
    if not asked.by.is_system:
        raise Forbidden("What is prepared is changed where it is written.")
    case = asked.session.get(Case, fields.our_id(asked.body, "case"))
    if case is None or case.meeting_id != asked.meeting.id:
        raise NotFound(NOT_ON_AGENDA)
    return Decision({"case": case.id}, case.id, case.patient_id)


def _case(asked: Asked) -> Case:
    permissions.require(asked.by, "scene", asked.meeting.team_id)
    case = asked.session.get(Case, fields.our_id(asked.body, "case"))
    if case is None or case.meeting_id != asked.meeting.id:
        raise NotFound(NOT_ON_AGENDA)
    return case


def _held(asked: Asked, case: Case) -> Json:
    held: Json = asked.state["cases"].get(case.id, EMPTY_CASE)
    return held


def _author(asked: Asked) -> Author:
    return {"id": asked.by.person_id, "name": asked.by.name}


def _may_change_others(asked: Asked) -> bool:
    return permissions.may(asked.by, "mark.others", asked.meeting.team_id)
