"""Deadlines (thời hạn): what the clocks say; until they run by themselves, the platform says it."""
