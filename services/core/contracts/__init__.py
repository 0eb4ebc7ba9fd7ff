"""The contracts: what events are, how they are spelled, and what a family promises the bus.

Everything here is pure but the reading of `schemas/`. Begin with `family`, then `catalogue`.
"""
