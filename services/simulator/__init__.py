"""Stories to play into a running house. So far: the beginnings of five judgments (`beginnings`)."""
