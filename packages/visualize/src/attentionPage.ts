import { type AttentionRecord, kindsOf, sidesOf } from "./attention/attentionRecord.ts";
import { checkRecord } from "./argumentChecks.ts";
import { drawAttention, type PageMaps } from "./drawAttention.ts";
import { escapeXml } from "./escapeXml.ts";
import { printable } from "./printable.ts";
import { readGrid } from "./weightGrid.ts";

/** Options of an {@link attentionPage}. */
export interface AttentionPageOptions {
  /** Default "Attention". */
  readonly title?: string | undefined;
}

const NAMES = { cross: "target to source", encoder: "source to itself", decoder: "target to itself" };

/**
 * Makes one HTML document of a record, with all that it needs inside: for notebooks, where it goes into the `srcdoc` of an iframe,
 * for files and for mails. One chooses a kind of attention, a layer and which heads take part, and points at a token to see where it
 * looked. It asks for nothing from the network.
 *
 * Of a decoder-only model the record has `decoder` alone, of an encoder alone `encoder`; of an image the tokens name the patches.
 *
 * @throws RangeError if the record has no kind of attention, or its sizes do not fit its tokens
 */
export function attentionPage(record: AttentionRecord, { title = "Attention" }: AttentionPageOptions = {}): string {
  checkRecord("attentionPage", "record", record);
  const kinds = kindsOf(record);
  if (kinds.length === 0) {
    throw new RangeError("attentionPage: expected a record of cross, encoder or decoder, got one without attention");
  }
  const maps = kinds.map((kind): PageMaps => {
    const { shape, weights } = record[kind] ?? { shape: [0, 0, 0, 0] as const, weights: [] };
    const { queries, keys } = sidesOf(record, kind);
    readGrid("attentionPage", { shape, values: weights, queries, keys });
    const said = (tokens: readonly string[]) => tokens.map((token) => printable(token));
    const rounded = Array.from(weights, (weight) => Math.round(weight * 1e4) / 1e4);
    return { name: NAMES[kind], shape, queries: said(queries), keys: said(keys), weights: rounded };
  });
  // Tools that keep the names of functions call a helper of theirs inside.
  const script = `const __name = (x) => x;(${drawAttention.toString()})(document.body, JSON.parse(document.getElementById("maps").textContent));`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escapeXml(title)}</title><style>${STYLES}</style></head><body><h1>${escapeXml(title)}</h1>`,
    `<script type="application/json" id="maps">${JSON.stringify(maps).replaceAll("<", "\\u003c")}</script>`,
    `<script>${script.replaceAll("</", "<\\/")}</script></body></html>`,
    "",
  ].join("\n");
}

const STYLES = `:root{color-scheme:light dark}body{font:14px system-ui,sans-serif;margin:1rem}h1{font-size:1.1rem}
form{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center}fieldset{border:0;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.6rem}
.scroll{overflow:auto;margin-top:.6rem}table{border-collapse:collapse}th{font:13px ui-monospace,Menlo,Consolas,monospace;font-weight:400;white-space:pre}
thead th{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:.3rem 0}tbody th{text-align:right;padding-right:.4rem}
td{width:22px;min-width:22px;height:22px;border:1px solid #8884;padding:0;--c:29 78 216;background:rgb(var(--c)/var(--w))}
@media (prefers-color-scheme:dark){td{--c:147 197 253}}.on{outline:2px solid currentColor;outline-offset:-2px}output{display:block;min-height:1.5em}`;
