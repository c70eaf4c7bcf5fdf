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

function numbers(scanned) {
  let code = scanned.trim().replace(/^\](C1|d2|D2|e0|Q3|J1)/, "").replaceAll("\x1d", "");
  const parts = code.match(/^(\d{4,5})-(\d{3,4})-(\d{1,2})$/);
  if (parts) {
    const shape = parts.slice(1).map((p) => p.length).join();
    if (shape === "5,4,2") return [[parts.slice(1).join(""), ""]];
    const layout = Object.keys(LAYOUTS).find((key) => LAYOUTS[key].join() === shape);
    return layout ? [[eleven(parts.slice(1).join(""), layout), layout]] : [];
  }
  const element = code.match(/^\(01\)(\d{14})/) ?? (code.length > 14 ? code.match(/^01(\d{14})/) : null);
  if (element) code = element[1];
  if (/^\d{10}$/.test(code)) return anyLayout(code);
  if (/^\d{11}$/.test(code)) return [[code, ""]];
  if (/^\d{12,14}$/.test(code) && checked(code)) return anyLayout(code.padStart(14, "0").slice(3, 13));
  return [];
}

/** Find the product of a pack among those that were taken along. */
export function scan(packs, scanned, sentence) {
  const read = numbers(scanned), sure = new Set(), maybe = new Set();
  for (const [number, known, code] of packs) for (const [n, layout] of read) {
    if (n !== number) continue;
    if (!layout || known === layout) sure.add(code);
    else if (known === "x") maybe.add(code);
  }
  const all = new Set([...sure, ...maybe]);
  if (sure.size === 1 && all.size === 1) return { code: [...sure][0], name: "", maybe: [...all], sentence: "" };
  return { code: "", name: "", maybe: [...all], sentence };
}
