"""The table of coverage is made from what coverage itself reports."""

from docs.coverage import by_room, floors, least, table


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


def test_floors_stand_ground_first_and_a_floor_of_several_is_added_up() -> None:
    house = floors()
    assert house[0] == ["kernel"] and house[-1] == ["app"] and ["care"] in house and len(house) > 10
    measured = report(
        **{
            "src/throughcare/care/intake/rules.py": (20, 10, 2, 2),
            "src/throughcare/ui/fields.py": (10, 5, 4, 1),
            "src/throughcare/ledger/reads.py": (10, 10, 4, 4),
            "src/throughcare/kernel/ids.py": (10, 9, 4, 2),
        }
    )
    lines = table(by_room(measured), house).splitlines()
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [
        "kernel",
        "ledger",
        "ui",
        "*floor: ledger, ui*",
        "care/intake",
        "**all**",
    ]
    assert lines[5] == "| *floor: ledger, ui* | 20 | 75.0 % | 8 | 62.5 % |"


def test_where_least_is_taken_comes_first() -> None:
    measured = report(
        **{
            "src/throughcare/kernel/ids.py": (10, 9, 4, 3),
            "src/throughcare/ledger/reads.py": (10, 9, 10, 2),
            "src/throughcare/ui/fields.py": (10, 10, 4, 4),
            "src/throughcare/app/cli.py": (10, 0, 40, 0),
        }
    )
    rooms = {room: figures for room, figures in by_room(measured).items() if room != "app"}
    told = least(measured, rooms)
    assert told.startswith("Fewest of their branches are taken in: ledger (20.0 %), kernel (75.0 %), ui (100.0 %).")
    assert [line for line in told.splitlines() if line.startswith("| `")] == [
        "| `ledger/reads.py` | 8 |",
        "| `kernel/ids.py` | 1 |",
    ]
