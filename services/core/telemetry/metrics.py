"""What is counted, in one registry a process."""

from prometheus_client import CollectorRegistry, Counter

REGISTRY = CollectorRegistry()

DECIDED = Counter(
    "lienthong_records_taken", "Records that a lane has taken, repeats included", registry=REGISTRY
)
LETTERS = Counter("lienthong_letters", "Dead letters by cause", ["cause"], registry=REGISTRY)
FOREIGN = Counter(
    "lienthong_foreign_records", "Records on our topics that are not ours", registry=REGISTRY
)
RECOVERIES = Counter("lienthong_recoveries", "Doubts recovered from", registry=REGISTRY)
LANE_STATE = Counter(
    "lienthong_lane_turns", "Lanes turned to a state", ["state"], registry=REGISTRY
)
REFUSED_AT_EDGE = Counter(
    "lienthong_edge_problems",
    "Requests turned away at the edge",
    ["agency", "code"],
    registry=REGISTRY,
)
