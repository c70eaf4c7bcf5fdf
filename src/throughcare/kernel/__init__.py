"""The kernel: what every room stands on and no room's domain. It imports nothing of the house."""
