"""Cosmopolis: any district becomes a living, shared 3D city."""
