"""The service lines, one room each; they do not import each other."""
