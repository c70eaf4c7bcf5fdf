"""Emergency: the code, the way to hospital and back."""
