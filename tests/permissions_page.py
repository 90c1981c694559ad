"""The permission table as one page for people: docs/permissions.md, made of the tables that the tests compare with.

`python -m tests.permissions_page` writes it; a test says when it must be written anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mdt.people.permissions import FOR_ADMINISTRATORS, FOR_CLINICIANS, IN_A_TEAM, OBSERVER, ROLES
from tests.unit import test_pages_may as pages
from tests.unit import test_sockets_may as sockets

PAGE = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"

ANSWERS = {200: "yes", 204: "nothing", 302: "yes", 401: "sign in", 403: "no", 404: "hidden"}
SAID = {"ok": "yes", "shown": "yes", "-": "–", "forbidden": "no", "gone": "not there"}

HEAD = """# Who may do what

This page is made of the tables that tests compare the product with, by `python -m tests.permissions_page`;
a test fails while it says anything else. A route, a message or a kind of op that is in no table fails a test too.
Whoever is not of the team is told that there is no such thing ("hidden"), word for word as of what was never there.

- **elsewhere**: treats patients in another trust and meets in no team.
- **stranger**: chairs another team, in another trust. **guest**: the stranger, admitted to this one meeting to look.
- **administrator**: looks after trusts and people; sees no patient. **nobody**: not signed in.
"""

ACTS = """## 1. Acts, by role in a team

`mdt/people/permissions.py`. An observer refers nobody; whoever is in no team and no administrator may refer.
"""

ROUTES = """## 2. Pages, imaging and DICOMweb

Asked well formed, for what is the lung team's (`tests/unit/test_pages_may.py`). `no`: seen, but not allowed; `hidden`:
404; `sign in`: 401, or the sign-in page; `nothing`: a search finds none; `later`: allowed, but refused as things stood
in the test (400, 406, 409).
"""

MESSAGES = """## 3. Messages to a room

`tests/unit/test_sockets_may.py`. Whoever is refused at `connect` is answered nothing afterwards. `–`: never answered,
and shown to nobody; `not there`: as 404 is for pages; other words are the wire's (`docs/wire.md`), for what is allowed
but was refused as things stood.
"""


def page() -> str:
    return "\n".join([HEAD, ACTS, _acts(), ROUTES, _routes(), MESSAGES, _messages()])


def _acts() -> str:
    rows: dict[str, Sequence[str]] = {
        act: ["yes" if role in may else "" for role in ROLES] + [""] for act, may in IN_A_TEAM.items()
    }
    rows |= {act: [""] * len(ROLES) + ["yes"] for act in sorted(FOR_ADMINISTRATORS)}
    rows |= {act: ["" if role == OBSERVER else "yes" for role in ROLES] + [""] for act in sorted(FOR_CLINICIANS)}
    return _table("act", [*ROLES, "administrator"], rows)


def _routes() -> str:
    who = [*pages.WHO, *pages.LIKE]
    columns = [pages.said_to(one) for one in who]
    rows = {what: [ANSWERS.get(column[what], "later") for column in columns] for what in pages.TABLE}
    return _table("route", who, rows)


def _messages() -> str:
    out = len(sockets.WHO) - len(sockets.TEAM) - 1
    told = {"connect": sockets.CONNECT} | {what: f"{said}{' -' * out}" for what, said in sockets.TABLE.items()}
    rows = {what: [SAID.get(one, one) for one in said.split()] for what, said in told.items()}
    return _table("message", sockets.WHO, rows)


def _table(what: str, columns: Iterable[str], rows: Mapping[str, Sequence[str]]) -> str:
    columns = list(columns)
    lines = [f"| {what} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| `{name}` | {' | '.join(said)} |" for name, said in rows.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
