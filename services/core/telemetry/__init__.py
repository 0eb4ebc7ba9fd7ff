"""How the house speaks of itself: logs and metrics, never personal data."""
