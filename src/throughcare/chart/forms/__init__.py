"""One engine for every questionnaire: load, parse, enable, score, render, and write as FHIR. Pure."""

from throughcare.chart.forms.answers import Answers, Unable, carried, merge, parse
from throughcare.chart.forms.enable import enabled, missing
from throughcare.chart.forms.library import load, names
from throughcare.chart.forms.observations import observations
from throughcare.chart.forms.positive import Fired, Positive, fired, positives
from throughcare.chart.forms.questionnaire import UNABLE_TEXT, Form, FormError, Key, UnableReason, WordingMissing
from throughcare.chart.forms.render import FormView, Row, SectionView, render
from throughcare.chart.forms.response import Meta, questionnaire_response
from throughcare.chart.forms.scale import Action, Band
from throughcare.chart.forms.scoring import Score, ScoreStatus, score
from throughcare.chart.forms.text import Text
from throughcare.chart.forms.values import Amount, Choice

__all__ = [
    "UNABLE_TEXT",
    "Action",
    "Amount",
    "Answers",
    "Band",
    "Choice",
    "Fired",
    "Form",
    "FormError",
    "FormView",
    "Key",
    "Meta",
    "Positive",
    "Row",
    "Score",
    "ScoreStatus",
    "SectionView",
    "Text",
    "Unable",
    "UnableReason",
    "WordingMissing",
    "carried",
    "enabled",
    "fired",
    "load",
    "merge",
    "missing",
    "names",
    "observations",
    "parse",
    "positives",
    "questionnaire_response",
    "render",
    "score",
]
