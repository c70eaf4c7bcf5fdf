"""Whether a screening may be signed, asked of what stands in the database."""

from collections.abc import Iterable, Sequence

from throughcare.care.intake import rules
from throughcare.care.intake.answering import Asked
from throughcare.care.intake.models import Effect
from throughcare.care.intake.rule_table import load_table
from throughcare.chart import forms


def judge(asked: Asked, done: Sequence[rules.Response]) -> rules.Decision:
    """Say whether the screening may be signed, and what is missing."""
    return rules.may_sign(
        asked.form,
        asked.answers,
        asked.consequences,
        done,
        load_table(),
        finished=asked.finished,
        cleared=asked.arrival.state != "sent_out",
    )


def open_positives(asked: Asked, done: Sequence[rules.Response]) -> tuple[forms.Positive, ...]:
    """Give the positive answers that nothing has been done about yet."""
    settled = (*done, *rules.responses_of(asked.consequences))
    return rules.unmapped(forms.positives(asked.form, asked.answers), settled)


def responses(asked: Asked) -> list[rules.Response]:
    """Give what has been done about positive answers: things put into effect, and typed reasons for nothing."""
    return responses_of(asked, Effect.objects.filter(arrival=asked.arrival, state="acted"))


def responses_of(asked: Asked, effects: Iterable[Effect]) -> list[rules.Response]:
    """Give the same, of effects already in hand."""
    done = [rules.Response(why, e.kind, e.key) for e in effects if e.state == "acted" for why in e.because]
    return done + [rules.Response(p, rules.NO_ACTION, reason=r) for p, r in asked.arrival.reasons.items()]
