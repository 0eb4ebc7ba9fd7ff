"""The settings of a platform that exists: a command that only asks makes no home and no keys."""

from typing import Final

from services.cli.errors import StackAway
from services.core.access.token_keys import FILE
from services.core.settings import STACK_FILE, Settings

_ELSEWHERE: Final = ("kafka_bootstrap", "postgres_host", "postgres_port")


def settings_of_platform() -> Settings:
    """Read the settings. Raises StackAway where their home is no platform's."""
    settings = Settings.load()
    if not _is_platform(settings):
        raise _missing(settings)
    return settings


def settings_of_servers() -> Settings:
    """Read the settings. Raises StackAway where they name no server and their home no platform."""
    settings, default = Settings.load(), Settings()
    is_elsewhere = any(getattr(settings, name) != getattr(default, name) for name in _ELSEWHERE)
    if not (is_elsewhere or _is_platform(settings)):
        raise _missing(settings)
    return settings


def _is_platform(settings: Settings) -> bool:
    return (settings.home / STACK_FILE).exists() or (settings.secrets / FILE).exists()


def _missing(settings: Settings) -> StackAway:
    return StackAway(
        f"there is no platform in {settings.home}: set LIENTHONG_HOME to the home of one, or "
        f"begin one there with `lienthong up`"
    )
