"""What is counted, in one registry a process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
DRY_RUNS = Counter(
    "lienthong_dry_runs",
    "Dry runs, by what would have become of the claim or why it was turned away",
    ["agency", "answer"],
    registry=REGISTRY,
)
LIMITED = Counter(
    "lienthong_limited",
    "Requests turned away because a sender asked too much, by what there was too much of",
    ["agency", "kind"],
    registry=REGISTRY,
)
FACTS = Counter("lienthong_facts", "Facts recorded", ["family"], registry=REGISTRY)
REFUSALS = Counter("lienthong_refusals", "Reasons of refusals", ["code"], registry=REGISTRY)
COMMIT_SECONDS = Histogram(
    "lienthong_commit_seconds",
    "How long the transaction of a batch took",
    ["service"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=REGISTRY,
)
LAG = Gauge(
    "lienthong_lag_records", "Records before our lanes not yet read", ["service"], registry=REGISTRY
)
HELD = Gauge(
    "lienthong_letters_held", "Letters of our lanes, waiting ones included", ["service"],
    registry=REGISTRY,
)  # fmt: skip
OUTBOX = Gauge(
    "lienthong_outbox_waiting", "Records of our lanes not yet acknowledged by Kafka", ["service"],
    registry=REGISTRY,
)  # fmt: skip
RED = Gauge(
    "lienthong_lane_red", "Lanes of ours that stand still until a person acts", ["service"],
    registry=REGISTRY,
)  # fmt: skip
TOPICS_HALTED = Gauge(
    "lienthong_topics_halted", "Agencies' topics of ours that stand still until a person acts",
    registry=REGISTRY,
)  # fmt: skip
