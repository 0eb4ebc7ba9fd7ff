"""Coercion (cưỡng chế): decided, booked, scheduled, carried out, lifted; and the units' diaries."""
