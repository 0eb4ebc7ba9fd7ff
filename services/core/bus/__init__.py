"""The bus: it carries claims to the lane that decides them and facts to whoever must hear them.

Its rules B1 to B12 are told in `docs/bus.md`. Read `record` and `chain` (what travels), `deciding`
(one record, purely), `memory` (the whole bus without Kafka and PostgreSQL), then `lane` (the same
for real), `store` and `sending` (its two ends), `recovery`, and `host` (who owns which lane).
"""
