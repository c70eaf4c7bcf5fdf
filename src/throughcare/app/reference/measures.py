"""Reference of the measures: what each counts, in the words of content/measures."""

from throughcare.app.reference.markdown import code, codes, page, table
from throughcare.insight.measures.aligned import MEASURES
from throughcare.insight.measures.definitions import Definition, every

AREAS = {
    "quality": "Clinical quality",
    "access": "Access",
    "medicines": "Medicines",
    "safety": "Safety",
    "reentry": "Going home",
}
BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither way is better"}


def markdown() -> str:
    """List every measure by area, with what it counts and how it is shown."""
    found = every()
    waiting = sum(bool(d.waits_for) for d in found)
    parts = []
    for area, title in AREAS.items():
        rows = [_row(d) for d in found if d.area == area]
        parts += [f"## {title}", table(("Measure", "Of", "Counted", "Left out", "How"), rows)]
    aligned = [(m.id, m.source, codes(m.populations)) for m in MEASURES]
    return page(
        "Measures",
        f"{len(found)} measures, {waiting} of which wait for data that no room gives yet. A proportion comes with Wilson's 95 % "
        "interval, a rate with the exact Poisson one. A number on a base below 30 (a rate: fewer than 20 events) is marked as small. "
        "What a person refused before it was due stays among those who count, as a miss for the person's own reason and told apart "
        "(`content/measures/counting.toml`).",
        "Population `custody`: for clinical quality, people in custody on the last day of the period, there for more than 90 days and on "
        "80 % of its days; for the others, what was owed or happened in the period. Strata of each: facility, sex, age band, legal "
        "status, race and ethnicity, language. [How a measure is written](../explanation/measures.md).",
        *parts,
        "## Clocks",
        "Each rule of the clock table is a measure as well (`T-` and the rule): of the duties that fell due, those done in time.",
        "## Aligned with published measures",
        "These run on official test cases too, with the published measure's own population (`ecqm`): "
        "`throughcare measure ID --cases FILE`. They are aligned with those measures and are not their rates.",
        table(("Measure", "Aligned with", "Populations"), aligned),
    )


def _row(d: Definition) -> tuple[str, ...]:
    how = [BETTER[d.better]]
    if d.kind == "rate":
        how.append(f"per {d.per:,.0f} {d.unit}")
    if d.rules:
        how.append("duties " + codes(d.rules))
    if d.aligned_with:
        how.append(f"aligned with {d.aligned_with}")
    how.append("facts of health" if d.published_as == "person" else "what the service did")
    if d.waits_for:
        how.append(f"**waits for {d.waits_for}**")
    return f"{code(d.id)} {d.title}", d.denominator, d.numerator, d.exclusions, "; ".join(how)
