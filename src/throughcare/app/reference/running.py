"""Reference of running the house: settings, commands, jobs and routes."""

from collections.abc import Iterator

import click

from throughcare.access import doors
from throughcare.app import cli
from throughcare.app import jobs as clockwork
from throughcare.app.config import KEY_FILES, SETTINGS
from throughcare.app.reference.markdown import cell, code, codes, first_sentence, page, room_of, table
from throughcare.kernel.vocabulary import Role

EXIT_CODES = {
    cli.FINE: "fine",
    cli.FINDING: "a finding: the command did its work and found something wrong, which it names",
    cli.WRONG_USE: "wrong use or configuration: the sentence says what to change",
    cli.REFUSED: "refused: this may not be done here",
}


def settings() -> str:
    """List every variable of the environment that is read."""
    rows = (
        (code(s.name), s.default, f"{s.meaning}{' **Production needs it.**' if s.required else ''}") for s in SETTINGS
    )
    return page(
        "Settings",
        "All settings come from the environment; nothing else is read from it. No secret is a setting: keys are files, made by "
        f"the first `throughcare setup` ({codes(KEY_FILES)}), readable by their owner only.",
        table(("Variable", "Default", "Meaning"), rows),
    )


def _roles(roles: list[str]) -> str:
    signed_in = set(Role) - {Role.PUBLIC}
    if not roles:
        return "anyone"
    return "everybody signed in" if set(roles) >= signed_in else ", ".join(roles)


def commands() -> str:
    """List every command with its options."""
    group = cli.throughcare
    context = click.Context(group, info_name="throughcare")
    parts = [_command(name, group.get_command(context, name), context) for name in group.list_commands(context)]
    exits = table(("Exit code", "Meaning"), ((str(number), meaning) for number, meaning in EXIT_CODES.items()))
    return page("Commands", "`throughcare COMMAND --help` says the same.", exits, *parts)


def _command(name: str, command: click.Command | None, context: click.Context) -> str:
    if command is None:
        return ""
    inner = click.Context(command, info_name=name, parent=context)
    usage = " ".join(["throughcare", name, *command.collect_usage_pieces(inner)])
    said = (paragraph for paragraph in (command.help or "").strip().split("\n\n"))
    lines = [f"## {name}", "", "\n\n".join(" ".join(p.split()) for p in said), "", f"    {usage}"]
    if options := list(_options(command, inner)):
        lines += ["", table(("Option", "Meaning"), options)]
    return "\n".join(lines)


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and parameter.name != "help" and record[1]:
            yield code(record[0].replace(" INTEGER RANGE", " NUMBER")), record[1].replace("<=x<=", " to ")


def jobs() -> str:
    """List what the clock's hand does."""
    rows = (
        (job.name, f"{int(job.every.total_seconds() // 60)} min", first_sentence(job.run.__doc__))
        for job in clockwork.JOBS
    )
    return page(
        "Jobs",
        "`throughcare tick --every SECONDS` runs these, each when it is due, in this order. Each is short and repeatable: one that "
        "was missed is made good by the next. One that fails is logged by its name and the kind of failure, and hinders no other.",
        table(("Job", "Every", "What it does"), rows),
    )


def routes() -> str:
    """List every door by room."""
    from throughcare.app import urls

    rooms: dict[str, list[tuple[str, ...]]] = {room_of(module): [] for module in urls.ROOMS}
    modules = {(r.method, r.path): r for r in doors.ROUTES}
    for row in doors.table():
        route = modules[row["method"], row["path"]]
        said = first_sentence(route.view.__doc__)
        roles = _roles(row["roles"])
        rooms.setdefault(room_of(route.module), []).append(
            (code(f"{row['method']} {row['path']}"), said, code(row["policy"]), roles)
        )
    tables = (
        f"## {room}\n\n" + table(("Door", "What it does", "Policy", "Roles"), rows)
        for room, rows in rooms.items()
        if rows
    )
    return page(
        "Routes",
        f"{len(doors.ROUTES)} doors. Each names its policy, or it can't be written; `throughcare routes --json` gives the same list. "
        "The roles are those whom the policy may let pass; which rows they then see is decided by their lens "
        f"([who may see what]({cell('access-matrix.md')})).",
        *tables,
    )
