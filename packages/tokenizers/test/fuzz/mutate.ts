import type { HostileRandom } from "./hostileRandom.ts";

type Tree = Record<string, unknown> | unknown[];

const STRANGE: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e9, 2 ** 53, "", "a", "▁", "😀", "\ud800", "__proto__", "constructor", [], {}, [[]]],
  ...["(a+)+$", "(a*)*\\1", "[", "\\p{L}{0,99999}"],
  { type: "Sequence", normalizers: [], pretokenizers: [], decoders: [], processors: [] },
  ...[{ Regex: "(x+x+)+y" }, { String: "" }, { Fixed: 1e6 }],
];

/** One place of `root` changed, anywhere but mostly near the top: removed, exchanged, doubled, or something strange. */
export function mutate(root: Tree, random: HostileRandom): void {
  let at: Tree = root;
  for (;;) {
    const key = random.pick(Object.keys(at));
    if (key === undefined) return;
    const record = at as Record<string, unknown>;
    const inner = record[key];
    if (typeof inner === "object" && inner !== null && Object.keys(inner).length > 0 && random.chance(0.8)) {
      at = inner as Tree;
      continue;
    }
    const what = random.next();
    if (what < 0.2) delete record[key];
    else if (what < 0.3)
      Object.defineProperty(record, "__proto__", { value: inner, enumerable: true, configurable: true, writable: true }); // prettier-ignore
    else if (what < 0.45) record[key] = record[random.pick(Object.keys(at))];
    else if (what < 0.55)
      record[key] = root; // a file that contains itself
    else if (what < 0.65 && typeof inner === "string") record[key] = inner + inner.slice(random.below(inner.length));
    else record[key] = random.pick(STRANGE);
    return;
  }
}
