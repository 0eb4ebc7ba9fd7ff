"""The family judgment, model of every family: `domain` decides, the bus takes `service`."""
