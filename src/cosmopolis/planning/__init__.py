"""Runs of a city and what they show. Knows no sockets."""
