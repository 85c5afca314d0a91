"""Experiments with known answers, and the document that sets our numbers beside them."""
