"""An image in a viewport, or a document: the default kind, which names itself nowhere."""

from mdt.live import fields, marks
from mdt.live.fields import Json
from mdt.live.panes import layers, shown

PLACE_MOST = 100_000  # pages of a document, or paragraphs


def pane(sent: Json) -> Json:
    return {
        **marks.image(sent),
        "key": fields.our_id(sent, "key"),
        **shown.seen(sent),
        **({} if sent.get("state") is None else {"state": fields.our_id(sent, "state")}),
        **layers.layers(sent),
        **({} if sent.get("place") is None else {"place": shown.within(sent, "place", 0, PLACE_MOST)}),
    }
