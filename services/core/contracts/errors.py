"""What can be wrong with a contract, with bytes or with data that claim to follow it.

    ContractError
      + CatalogueError         catalogue.yaml contradicts itself or holds an unknown key
      + SchemaError            an .avsc file is wrong, or does not say what the catalogue says
      |   + IdCollision        two texts have one schema id
      |   + Incompatible       a schema cannot read, or be read by, what was released
      |   + Stale              the event classes are not those that the schemas make
      + UnknownEventType       UNKNOWN_TYPE: no such type
      + WireError              bytes that are not ours
      |   + WrongFraming       no magic byte and schema id in front
      |   + UnknownSchemaId    written by a schema this house never had
      |   + Undecodable        the bytes do not follow their schema
      |   + TrailingBytes      something stands behind the record
      + MalformedData          everything wrong with one submission's data, at once
      + FieldError             one field is wrong; it knows the path and never the value
          + MissingField, UnknownField, WrongType, ForbiddenCharacter, IntegerTooLarge,
          |   OutOfRange, DateMalformed, NaiveDatetime, IdMalformed,
          |   TooLong, TextBlank                                 MALFORMED
          + ValueNotListed                                       GROUND_UNKNOWN
          + BeyondCalendar                                       BEYOND_CALENDAR
          + DateInFuture                                         DATE_IN_FUTURE

`code` is the catalogue's code under which the gateway answers. None of them can be mended by trying
again. `NotAnEnvelope` is beside the envelope it speaks of.
"""

from collections.abc import Sequence
from typing import ClassVar


class ContractError(Exception):
    """Root of all that can be wrong with contracts and with what claims to follow them."""


class CatalogueError(ContractError):
    """The catalogue contradicts itself or says something that it has no word for."""


class SchemaError(ContractError):
    """A schema is not valid Avro, breaks a rule of the house or differs from the catalogue."""


class IdCollision(SchemaError):
    """Two different schemas have the same id; change a default or a name in the newer one."""


class Incompatible(SchemaError):
    """A schema cannot read what a released one wrote, or the other way round."""


class Stale(SchemaError):
    """Generated code is not what the schemas make now."""


class UnknownEventType(ContractError):
    """The catalogue has no event of this type."""

    code: ClassVar[str] = "UNKNOWN_TYPE"


class WireError(ContractError):
    """The bytes are not an event of this house."""


class WrongFraming(WireError):
    """The bytes do not begin with the magic byte 0 and a schema id of four bytes."""


class UnknownSchemaId(WireError):
    """No schema, current or released, has this id."""


class Undecodable(WireError):
    """The bytes end too soon or hold what their schema cannot hold."""


class TrailingBytes(WireError):
    """Bytes are left over behind the record."""


class FieldError(ContractError):
    """One field is wrong. `path` is a JSON pointer into the data; the value is never repeated."""

    code: ClassVar[str] = "MALFORMED"

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path or '/'}: {expected}")
        self.path = path
        self.expected = expected


class MissingField(FieldError):
    """A field that the type demands is not there."""


class UnknownField(FieldError):
    """The type has no such field."""


class WrongType(FieldError):
    """The value is of another type than the field."""


class ForbiddenCharacter(FieldError):
    """A text holds a control, bidirectional or invisible character, or half of a surrogate pair."""


class IntegerTooLarge(FieldError):
    """The number does not fit into 64 bits."""


class OutOfRange(FieldError):
    """The number is less or more than a claim may say."""


class TooLong(FieldError):
    """A text has more characters, or a list more entries, than a claim may have."""


class TextBlank(FieldError):
    """An official number holds no letter and no digit, or the id of a document only spaces."""


class DateMalformed(FieldError):
    """The text is no date or time of the calendar, or not spelled as one."""


class BeyondCalendar(FieldError):
    """A day or time lies outside the years whose days off are known."""

    code: ClassVar[str] = "BEYOND_CALENDAR"


class NaiveDatetime(FieldError):
    """A time does not say its distance from UTC."""


class IdMalformed(FieldError):
    """An id is not spelled as the catalogue wants it, or is of another judgment."""


class ValueNotListed(FieldError):
    """The code is not in the catalogue's list for this field."""

    code: ClassVar[str] = "GROUND_UNKNOWN"


class DateInFuture(FieldError):
    """A day or moment of the data lies after the act that it describes."""

    code: ClassVar[str] = "DATE_IN_FUTURE"


class MalformedData(ContractError):
    """Everything wrong with the data of one submission, in the order of its fields."""

    def __init__(self, type_: str, problems: Sequence[FieldError]) -> None:
        super().__init__(f"{type_}: " + "; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
