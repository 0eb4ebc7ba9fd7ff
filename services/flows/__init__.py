"""The live picture of who sends what to whom, at what rate, how late, and who has fallen silent.

Approximate by intent: a repeat is counted twice, a lost window comes back by itself, and nothing
else in the house depends on it. It runs alone (`lienthong run flows`), for faust, on which it
stands, brings a consumer group, signals and a thread of its own.
"""
