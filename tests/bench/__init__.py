"""What the bus costs, beside what its parts can do bare. `make bench` runs `__main__`."""
