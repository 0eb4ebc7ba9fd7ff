"""The archive of all that was submitted, recorded and refused, and what auditors ask of it."""
