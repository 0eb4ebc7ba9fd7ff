"""The law as data, and pure questions to it: no I/O but reading the rule files once, no clock.

`rules` says what a rule is and which one holds when, `rule_files` reads `schemas/law`,
`working_days` is the calendar, `counting` counts a term day by day, `clocks` knows what pauses and
extensions do to it, `forbidden_times` when coercion may not be held, `versions` which version
governs an act.
"""
