"""Staffing, capacity and demand by facility and hour, from the agency's own events: where care waits and for what."""
