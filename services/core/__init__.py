"""The ground that every service stands on: contracts, law, access, the bus, telemetry."""
