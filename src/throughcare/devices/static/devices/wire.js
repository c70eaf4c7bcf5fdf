/* How a page talks to the server: JSON both ways, one sentence where it is refused, one number for what was meant once. */

import { newId, t } from "./dom.js";

/** How far our clock is behind the server's, once it answered. */
export const time = { skew: 0, known: false };
export const now = () => new Date(Date.now() + time.skew);

export class Refused extends Error {
  constructor(said, status) { super(said.sentence || t("failed")); this.said = said; this.status = status; }
}

let token = document.querySelector("meta[name=csrf-token]").content;

/** Learn from an answer: the server's clock, and the sign of our session. */
export function learn(found) {
  token = found.csrf || token;
  if (found.as_of) Object.assign(time, { skew: Date.parse(found.as_of) - Date.now(), known: true });
}

async function answer(response) {
  if (response.type === "opaqueredirect") throw new Refused({ sentence: t("signed_out") }, 401);
  const body = (response.headers.get("Content-Type") || "").includes("json") ? await response.json() : {};
  if (!response.ok) throw new Refused(body, response.status);
  return body;
}

export async function read(address, query = {}) {
  const url = new URL(address, location.href);
  for (const [key, value] of Object.entries(query)) if (value) url.searchParams.set(key, value);
  return answer(await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual" }));
}

/** Send what somebody meant to do, under its own number: the same number sent again is done once. */
export async function send(address, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const text = JSON.stringify({ intent: newId(), ...body });
  const post = () => fetch(address, { method: "POST", headers, body: text, redirect: "manual" });
  return answer(await post().catch(post));
}
