"""Who is acting. Passed to every action, never found by it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """A person (or the system itself) with what they are in each team.

    `roles` maps a team's id to the role held in its meetings now, `visits` a meeting's id to the role of an admitted
    guest; of the teams in `manages` the person sees figures, no meeting and no patient.
    `person_id` is None for the system.
    """

    person_id: str | None
    name: str
    trust_ods: str = ""
    administrator: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    manages: frozenset[str] = frozenset()

    @property
    def is_system(self) -> bool:
        return self.person_id is None


def system(name: str) -> Actor:
    """The product acting on its own behalf, e.g. `system("worker")`; it has every permission and is audited by name."""
    return Actor(person_id=None, name=f"system:{name}", administrator=True)
