"""The law as data and pure questions to it. So far: which version governs an act (`versions`)."""
