"""Shapes on the plane: projection, polylines, polygons, spatial index. Knows nothing about cities."""
