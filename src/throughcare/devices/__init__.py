"""Devices that work without a network: enrolled, given what they need for a shift, heard exactly once."""
