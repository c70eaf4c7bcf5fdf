"""Reading a page in a test as a browser does."""


def flat(page: str) -> str:
    """Give a page with every run of whitespace as one space: how a template is broken into lines says nothing."""
    return " ".join(page.split())
