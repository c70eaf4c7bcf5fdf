"""The table of coverage is made from what coverage itself reports."""

from docs.coverage import by_room, table


def report(**files: tuple[int, int, int, int]) -> dict:
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    return {"files": {file: {"summary": dict(zip(names, four, strict=True))} for file, four in files.items()}}


def test_files_are_added_up_by_room_and_all_together_last() -> None:
    measured = report(
        **{
            "src/throughcare/kernel/ids.py": (10, 9, 4, 2),
            "src/throughcare/kernel/db.py": (10, 10, 0, 0),
            "src/throughcare/care/intake/rules.py": (20, 10, 2, 2),
            "src/throughcare/care/__init__.py": (1, 1, 0, 0),
            "src/throughcare/__init__.py": (1, 1, 0, 0),
        }
    )
    lines = table(by_room(measured)).splitlines()
    assert lines[2:] == [
        "| care | 1 | 100.0 % | 0 | – |",
        "| care/intake | 20 | 50.0 % | 2 | 100.0 % |",
        "| kernel | 20 | 95.0 % | 4 | 50.0 % |",
        "| throughcare | 1 | 100.0 % | 0 | – |",
        "| **all** | 42 | 73.8 % | 6 | 66.7 % |",
    ]
