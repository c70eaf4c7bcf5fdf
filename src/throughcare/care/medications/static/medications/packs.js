/* What a pack's barcode says, without a network: the plain forms of rules/barcodes.py. Whatever is not sure is compared by eye. */

const LAYOUTS = { a: [4, 4, 2], b: [5, 3, 2], c: [5, 4, 1] };

function eleven(ten, layout) {
  const [labeler, product] = LAYOUTS[layout];
  return ten.slice(0, labeler).padStart(5, "0") + ten.slice(labeler, labeler + product).padStart(4, "0") + ten.slice(labeler + product).padStart(2, "0");
}

const anyLayout = (ten) => Object.keys(LAYOUTS).map((layout) => [eleven(ten, layout), layout]);

function checked(gtin) {
  const sum = [...gtin.slice(0, -1)].reverse().reduce((n, digit, place) => n + Number(digit) * (place % 2 === 0 ? 3 : 1), 0);
  return (10 - (sum % 10)) % 10 === Number(gtin.at(-1)) && gtin.padStart(14, "0").slice(1, 3) === "03";
}

const FIXED = { "00": 18, "01": 14, "02": 14, 11: 6, 12: 6, 13: 6, 15: 6, 16: 6, 17: 6, 20: 2 };
const VARIABLE = ["10", "21", "22", "30", "37", "240", "241", "710", "712", "714"];

/** The parts of a GS1 code in whatever order they come; nothing where it can't be read. A variable part ends at FNC1 or at the end. */
function elements(code) {
  const found = {};
  if (code.startsWith("(")) {
    for (const [, key, value] of code.matchAll(/\((\d{2,4})\)([^(]*)/g)) found[key] = value.replaceAll("\x1d", "");
    return found;
  }
  let rest = code;
  for (rest = rest.replace(/^\x1d+/, ""); rest; rest = rest.replace(/^\x1d+/, "")) {
    const key = [rest.slice(0, 2), rest.slice(0, 3)].find((k) => k in FIXED || VARIABLE.includes(k));
    if (!key || key in found) return {};
    rest = rest.slice(key.length);
    const end = key in FIXED ? FIXED[key] : rest.indexOf("\x1d") < 0 ? rest.length : rest.indexOf("\x1d");
    found[key] = rest.slice(0, end);
    rest = rest.slice(end);
  }
  return found;
}

/** Whether the code says that the pack is past its day; day 00 is the last of its month. */
function expired(scanned, now) {
  const said = elements(bare(scanned));
  const [, year, month, day] = (said["01"] && said["17"] ? said["17"] : "").match(/^(\d\d)(\d\d)(\d\d)$/) ?? [];
  return Boolean(year) && new Date(2000 + Number(year), Number(month) - (day === "00" ? 0 : 1), Number(day) + 1) <= now;
}

const bare = (scanned) => scanned.trim().replace(/^\](C1|d2|D2|e0|Q3|J1)/, "").replace(/^\x1d+|\x1d+$/g, "");

function numbers(scanned) {
  let code = bare(scanned);
  const parts = code.match(/^(\d{4,5})-(\d{3,4})-(\d{1,2})$/);
  if (parts) {
    const shape = parts.slice(1).map((p) => p.length).join();
    if (shape === "5,4,2") return [[parts.slice(1).join(""), ""]];
    const layout = Object.keys(LAYOUTS).find((key) => LAYOUTS[key].join() === shape);
    return layout ? [[eleven(parts.slice(1).join(""), layout), layout]] : [];
  }
  const [, first] = code.match(/^\(01\)(\d{14})/) ?? (code.length > 14 ? code.match(/^01(\d{14})/) : null) ?? [];
  const element = elements(code)["01"] ?? first;
  if (element && (code.length > 14 || /[^\d]/.test(code))) code = element;
  if (/^\d{10}$/.test(code)) return anyLayout(code);
  if (/^\d{11}$/.test(code)) return [[code, ""]];
  if (/^\d{12,14}$/.test(code) && checked(code)) return anyLayout(code.padStart(14, "0").slice(3, 13));
  return [];
}

/** Find the product of a pack among those that were taken along; one that has expired is named and not given. */
export function scan(packs, scanned, sentences, now) {
  const sentence = sentences.unsure;
  const read = numbers(scanned), sure = new Set(), maybe = new Set();
  for (const [number, known, code] of packs) for (const [n, layout] of read) {
    if (n !== number) continue;
    if (!layout || known === layout) sure.add(code);
    else if (known === "x") maybe.add(code);
  }
  const all = new Set([...sure, ...maybe]);
  if (all.size && expired(scanned, now)) return { code: "", name: "", maybe: [], sentence: sentences.expired };
  if (sure.size === 1 && all.size === 1) return { code: [...sure][0], name: "", maybe: [...all], sentence: "" };
  return { code: "", name: "", maybe: [...all], sentence };
}
