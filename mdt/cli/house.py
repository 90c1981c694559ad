"""What every command begins with: the settings of the environment, and a database brought up to date."""

from mdt import config
from mdt.bootstrap import House, build
from mdt.core.actor import system

BY = system("command")


def open_house() -> House:
    return build(config.from_environment())
