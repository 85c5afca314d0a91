"""Car following on an NVIDIA graphics card: the sibling of `traffic`, with the same names and the same formulas.

`rings` is the way in. Nothing outside imports from here before somebody asks for the card, so that all else runs
without CUDA.
"""
