"""The settings of a platform that exists: a command that only asks makes no home and no keys."""

from services.cli.errors import StackAway
from services.core.access.token_keys import FILE
from services.core.settings import STACK_FILE, Settings


def settings_of_platform() -> Settings:
    """Read the settings. Raises StackAway where their home is no platform's."""
    settings = Settings.load()
    if not ((settings.home / STACK_FILE).exists() or (settings.secrets / FILE).exists()):
        raise StackAway(
            f"there is no platform in {settings.home}: set LIENTHONG_HOME to the home of one, or "
            f"begin one there with `lienthong up`"
        )
    return settings
