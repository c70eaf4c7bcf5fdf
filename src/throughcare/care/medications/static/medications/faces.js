/* The drawn face of a person, from the parts that the server chose (ui/avatar.py); it helps to notice the wrong person. */

const SVG = "http://www.w3.org/2000/svg";

function draw(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const path = (d, fill, more = {}) => draw("path", { d, fill, ...more });
const line = (d, stroke, width, more = {}) => draw("path", { d, stroke, "stroke-width": width, fill: "none", "stroke-linecap": "round", ...more });

const BEHIND = {
  long: (p) => [path("M11 22c0-9 5-15 13-15s13 6 13 15v14H11z", p.hair)],
  braids: (p) => [path("M12 21c0-8 5-13 12-13s12 5 12 13v3H12z", p.hair), line("M12.5 23v14M35.5 23v14", p.hair, 4, { "stroke-dasharray": "1 5" })],
  locs: (p) => [path("M12 20c0-8 5-13 12-13s12 5 12 13v2H12z", p.hair), line("M12 21v11M15.5 20v9M36 21v11M32.5 20v9", p.hair, 2.6)],
  curls: (p) => [path("M13 23a4 4 0 0 1 0-7 5 5 0 0 1 5-7 6 6 0 0 1 12 0 5 5 0 0 1 5 7 4 4 0 0 1 0 7z", p.hair)],
  bun: (p) => [draw("circle", { cx: 24, cy: 7.5, r: 4.5, fill: p.hair })],
  wrap: (p) => [path("M9 48c0-8 2-10 2-25C11 13 16 7 24 7s13 6 13 16c0 15 2 17 2 25z", p.cloth)],
};
const PARTED = "M14 22c-.8-9 3.6-13.5 10-13.5S34.8 13 34 22c-1.6-5.5-5-7.6-12-8.6-3.5 1.4-6.4 4-8 8.6z";
const CLOSE = "M14.5 20c.5-5.5 4-8.5 9.5-8.5s9 3 9.5 8.5c-2.5-3.5-5.5-5-9.5-5s-7 1.5-9.5 5z";
const ABOVE = {
  short: "M14 21c-.6-8 3.6-12.5 10-12.5S34.6 13 34 21c-1.4-4-2.6-5.5-4.6-6.3-3.6.8-7.2.8-10.8 0C16.6 15.5 15.4 17 14 21z",
  crop: "M14.5 19c0-6 3.8-9.5 9.5-9.5s9.5 3.5 9.5 9.5c-2-4-5-5.3-9.5-5.3S16.5 15 14.5 19z",
  parted: PARTED, long: PARTED, bun: PARTED, braids: CLOSE, locs: CLOSE, curls: CLOSE,
  wrap: "M13.5 24c-.5-9 4-14 10.5-14s11 5 10.5 14c-1.5-6-4.5-8.5-10.5-8.5S15 18 13.5 24z",
};
const BEARD = {
  full: "M15.2 23c.6 8 3.6 12.6 8.8 12.6S32.2 31 32.8 23c-1 2.6-2.5 4-4.4 4.3h-8.8C17.7 27 16.2 25.6 15.2 23z",
  short: "M16.2 27c1 5.2 3.8 8.4 7.8 8.4s6.8-3.2 7.8-8.4c-2 3.2-4.5 4.3-7.8 4.3s-5.8-1.1-7.8-4.3z",
};
const BROWS = ["M18.6 20l3.4-.5M26 19.5l3.4.5", "M18.6 19.8q1.7-1 3.4 0M26 19.8q1.7-1 3.4 0", "M18.8 19.5h3.2M26 19.5h3.2"];

/** Draw a face; size is "", "xs", "s" or "l". */
export function face(p, size = "") {
  const svg = draw("svg", { class: `avatar${size ? ` avatar--${size}` : ""}`, viewBox: "0 0 48 48", width: 48, height: 48, "aria-hidden": "true" });
  svg.append(draw("rect", { class: `ground-${p.ground}`, width: 48, height: 48 }), ...(BEHIND[p.cut]?.(p) ?? []));
  if (p.cut !== "wrap") svg.append(path("M6 48c1-8 8-11.5 18-11.5S41 40 42 48z", p.cloth));
  svg.append(
    path("M20 30h8v7.5c0 2.2-1.8 3.5-4 3.5s-4-1.3-4-3.5z", p.skin),
    path("M20 34.5c2.5 1.6 5.5 1.6 8 0v1.6c-2.5 1.6-5.5 1.6-8 0z", "#000", { opacity: ".14" }),
    path("M15 21c0-6 3.6-10 9-10s9 4 9 10c0 8-3.6 14-9 14s-9-6-9-14z", p.skin),
  );
  if (BEARD[p.beard]) svg.append(path(BEARD[p.beard], p.hair, p.beard === "short" ? { opacity: ".8" } : {}));
  if (ABOVE[p.cut]) svg.append(path(ABOVE[p.cut], p.cut === "wrap" ? p.cloth : p.hair));
  for (const cx of [20.4, 27.6]) svg.append(draw("ellipse", { cx, cy: 22.6, rx: 1.05, ry: 1.3, fill: "#1b1613" }));
  svg.append(line(BROWS[p.brow], "#1b1613", 0.9));
  if (p.glasses) svg.append(
    draw("circle", { cx: 20.3, cy: 22.6, r: 3, fill: "none", stroke: "#22302f" }), draw("circle", { cx: 27.7, cy: 22.6, r: 3, fill: "none", stroke: "#22302f" }),
    line("M23.3 22.3h1.4M17.3 22l-2-.6M30.7 22l2-.6", "#22302f", 1),
  );
  svg.append(line("M21.5 30c1.6 1 3.4 1 5 0", "#1b1613", 1, { opacity: ".75" }));
  return svg;
}
