"""The languages in which the platform speaks to people."""

from typing import Literal, TypeAlias

Lang: TypeAlias = Literal["vi", "en"]
