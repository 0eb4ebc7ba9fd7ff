"""A whole house behind its real HTTP door, for tests that come in as agencies do."""
