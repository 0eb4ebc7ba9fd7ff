"""Payments (thu, chi): what was collected in a case, and what was paid out of it."""
