"""What invented people answer at intake, so that about one in five needs prompt action; nothing of it copies a known case."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from throughcare.care.intake import answering
from throughcare.chart import forms
from throughcare.world.cast import Character
from throughcare.world.past import ZONE

Posted = dict[str, list[str]]
NO = ["no"]
YES = ["yes"]

# What brings somebody to prompt care, with its share among those who need it.
PROMPT: tuple[tuple[str, float], ...] = (
    ("opioids", 0.30),
    ("alcohol", 0.22),
    ("medicine", 0.20),
    ("suicidal", 0.10),
    ("injury", 0.10),
    ("cough", 0.08),
)


def trouble(who: Character, random: Random) -> str:
    """Say what brings this one to prompt care, if anything does."""
    if not who.prompt:
        return ""
    return random.choices([p[0] for p in PROMPT], [p[1] for p in PROMPT])[0]


def look(who: Character, what: str, *, out: bool = False) -> Posted:
    """Answer the quick look."""
    posted: Posted = {
        "awake": ["drowsy" if what == "alcohol" and out else "alert"],
        "breathing": ["easy"],
        "bleeding": ["none"],
        "intoxication": ["severe" if out else "some" if what in ("alcohol", "opioids") else "none"],
        "suicidal-remark": ["remark"] if what == "suicidal" else NO,
        "last-opioid": ["day" if what == "opioids" else "never"],
        "last-alcohol": ["day" if what == "alcohol" else "never"],
        "dose-due": ["other" if what == "medicine" else "none"],
        "can-be-pregnant": YES if who.sex == "female" else NO,
    }
    if who.sex == "female":
        posted["pregnancy"] = NO
    return posted


def screening(who: Character, what: str, at: datetime, random: Random) -> Posted:
    """Answer the receiving screening, whole."""
    form = forms.load(answering.SCREENING)
    posted: Posted = {
        "can-be-pregnant": YES if who.sex == "female" else NO,
        "interpreter": ["phone" if who.language == "es" else "not-needed"],
        "out-of-hearing": YES,
        "dental-pain": YES if random.random() < 0.06 else NO,
        "takes-medicines": NO,
        "has-allergies": NO,
        "bp-systolic": [str(random.randint(108, 138))],
        "bp-diastolic": [str(random.randint(64, 86))],
        "pulse": [str(random.randint(58, 92))],
        "respiration": [str(random.randint(12, 18))],
        "temperature": [f"{random.uniform(97.4, 99.0):.1f}"],
        "oxygen": [str(random.randint(96, 100))],
        "weight": [str(random.randint(118, 246))],
        "height": [str(random.randint(60, 76))],
        "illness": [p["item"] for p in who.problems if "item" in p] or ["none"],
        "disposition": ["general"],
    }
    _medicines(posted, who, at)
    if who.allergy:
        posted |= {"has-allergies": YES, "allergy.substance:0": [who.allergy], "allergy.severity:0": ["mild"]}
    if (at.date() - who.birth_date).days < 18 * 365.25:
        posted |= {"under-18": YES, "guardian": ["Sample-Family, mother"], "assent": YES}
    if who.level >= 3:
        posted["mind"] = ["treatment"]
    _trouble(posted, what, at)
    if "diabetes" in posted["illness"]:
        posted["glucose"] = [str(random.randint(96, 168))]
    return complete(form, posted)


def complete(form: forms.Form, posted: Posted) -> Posted:
    """Answer `none` or `no` where something is asked and nothing was said."""
    for _ in range(3):
        left = forms.missing(form, answering.typed(form, posted))
        for field in left:
            item = form.item(field.split(":")[0])
            if item.kind.value == "boolean":
                posted[field] = NO
            elif item.options:
                codes = [o.code for o in item.options]
                posted[field] = ["none" if "none" in codes else codes[0]]
        if not left:
            break
    return posted


def instrument(name: str, what: str) -> Posted:
    """Answer an instrument: as little as can be, but for what is troubling."""
    form = forms.load(name)
    posted: Posted = {}
    for item in form.walk():
        if item.kind.value == "boolean":
            posted[item.link_id] = NO
        elif item.options:
            ranked = sorted(item.options, key=lambda o: o.weight if o.weight is not None else 0)
            posted[item.link_id] = [ranked[_worry(name, what, item.link_id, len(ranked))].code]
        elif item.kind.value in ("integer", "decimal", "quantity"):
            posted[item.link_id] = ["0"]
    return complete(form, posted)


def _worry(name: str, what: str, item: str, count: int) -> int:
    if name == "c-ssrs-screener" and what == "suicidal":
        return count - 1 if item in ("cssrs-1", "cssrs-2") else 0
    if name == "cows" and what == "opioids":
        return min(1, count - 1)
    if name == "ciwa-ar" and what == "alcohol":
        return min(1, count - 1)
    if name in ("audit-c", "rods") and what in ("alcohol", "opioids"):
        return count - 1
    return 0


def _trouble(posted: Posted, what: str, at: datetime) -> None:
    local = (at - timedelta(hours=9)).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    extra: Mapping[str, Posted] = {
        "opioids": {
            "substances": ["opioids"],
            "opioid-last": [local],
            "opioid-often": ["daily"],
            "opioid-route": ["smoked"],
            "withdrawal-history": ["sick"],
            "looks": ["shaking"],
            "glucose": ["104"],
            "disposition": ["withdrawal-unit"],
        },
        "alcohol": {
            "substances": ["alcohol"],
            "alcohol-last": [local],
            "alcohol-often": ["daily"],
            "withdrawal-history": ["none"],
            "disposition": ["withdrawal-unit"],
        },
        "suicidal": {"mind": ["loss"], "disposition": ["watch-constant"]},
        "injury": {
            "injury": ["fight"],
            "injury-words": ["Struck on the shoulder, sore."],
            "disposition": ["general-urgent"],
        },
        "cough": {"symptoms": ["cough"], "disposition": ["isolation-airborne"]},
        "medicine": {"disposition": ["general-urgent"]},
        "": {},
    }
    posted |= extra[what]


def _medicines(posted: Posted, who: Character, at: datetime) -> None:
    taken: Sequence[Mapping[str, str]] = [p for p in who.problems if "medicine" in p][:3]
    if not taken:
        return
    posted["takes-medicines"] = YES
    last = (at - timedelta(hours=14)).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    for row, problem in enumerate(taken):
        posted |= {
            f"medicine.drug:{row}": [problem["medicine"]],
            f"medicine.dose:{row}": [problem["dose"]],
            f"medicine.often:{row}": [problem["often"]],
            f"medicine.last:{row}": [last],
            f"medicine.critical:{row}": [problem.get("critical", "none")],
            f"medicine.verified:{row}": ["bottle" if who.n % 3 else "not-yet"],
        }
