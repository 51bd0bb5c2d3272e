import { checkArray } from "@qkv/ops";

/**
 * The entities of a row of tags, each as one text, `PER 2-3`: as seqeval's default (CoNLL's `conlleval`) reads them. A tag without
 * `B-` or `I-` stands for itself, `O` for nothing.
 */
export function entitySpans(tags: readonly string[]): ReadonlySet<string> {
  checkArray("entitySpans", "tags", tags);
  const spans = new Set<string>();
  let [kind, from] = ["", 0];
  const end = (at: number) => {
    if (kind !== "") spans.add(`${kind} ${from}-${at - 1}`);
    kind = "";
  };
  for (const [i, tag] of tags.entries()) {
    const [, prefix = "", own = ""] = /^(?:([BI])-)?(.*)$/s.exec(tag) ?? [];
    const isOutside = tag === "O";
    if (isOutside || prefix === "B" || own !== kind) end(i);
    if (!isOutside && kind === "") [kind, from] = [own, i];
  }
  end(tags.length);
  return spans;
}
