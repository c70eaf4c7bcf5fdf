"""SMART App Launch and Backend Services: programs that are registered, what people let them read, and their tokens."""
