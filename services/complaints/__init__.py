"""Complaints (khiếu nại): filed against acts of a case, accepted, decided at two levels."""
