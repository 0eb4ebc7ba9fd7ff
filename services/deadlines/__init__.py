"""Deadlines (thời hạn): the law's clocks, which run by themselves from what others record."""
