"""How large a number may be, so that no state and no event ever leaves the 64 bits of Avro.

A claim names at most `MAX_DONG`. A total that a family keeps grows by at most two of them with each
fact, and only while it is within `MAX_TOTAL`: what would take it beyond is refused. Families that
hear those facts keep the same totals. So 2^63 is nine times as much as any total, and corrections,
which may put a larger amount in the place of a smaller one, have room.
"""

from typing import Final

MAX_DONG: Final = 10**15  #: some hundred times what the State spends in a year
MAX_TOTAL: Final = 1_000 * MAX_DONG  #: đồng that one case may take in, give out or settle
MAX_INT: Final = 1_000_000  #: numbers of items and rounds
