"""Motor traffic: car following, lane changing, junctions and signals over the paths of a network."""
