/* From when a dose that is asked for may be given: the rule of rules/windows.py, for hours without a network. */

const DAY = 86_400_000, MINUTE = 60_000;

/** Give the moment from which the next may be given, after all these: its least time apart is over, and one of the most in
    24 hours is a day old. Empty where none was given. */
export function freeFrom(given, minutes, most) {
  const times = given.map((one) => Date.parse(one)).sort((one, two) => one - two);
  if (!times.length) return "";
  const apart = times.at(-1) + minutes * MINUTE;
  return new Date(times.length < most ? apart : Math.max(apart, times.at(-most) + DAY)).toISOString();
}

/** A dose that was asked for is given: it counts for its order and for every other of the same product of this person. */
export function wasAsked(person, order, at) {
  const { code } = person.as_needed.find((one) => one.order === order) ?? {};
  for (const one of person.as_needed) {
    if (one.order !== order && !(code && one.code === code)) continue;
    const given = [...one.given, at];
    Object.assign(one, { given, earliest: freeFrom(given, one.minimum_minutes, one.most) });
  }
}
