"""The story that demo and tests play into a house (`story`), and what became of a play (`play`)."""
