"""The maxima of a whole volume, projected from somewhere around the patient."""

from mdt.live.fields import Json
from mdt.live.panes import shown


def pane(sent: Json) -> Json:
    shown.nothing_else(sent, shown.PLACED | {"turn"})
    return {**shown.series(sent), "turn": shown.within(sent, "turn", 0, 360), **shown.seen(sent)}
