import {
  type AttentionKind,
  type AttentionRecord,
  hasRollout,
  type HeadMaps,
  kindsOf,
  sidesOf,
} from "../attention/attentionRecord.ts";
import { selectMatrix } from "../attention/selectMatrix.ts";
import { attentionPicture, drawable, greatestOfRow, type PictureChoice } from "./attentionPicture.ts";
import { printable } from "../printable.ts";
import { button, focusOf, make, picker, updateControls } from "./controls.ts";
import { highlight, isSameToken, tokenAt, type TokenRef } from "./highlight.ts";
import { ATTENTION_MESSAGES, type AttentionMessages, type AttentionViewName } from "./messages.ts";
import { panelByPanel } from "./panelByPanel.ts";
import { pngOf, saveFile } from "./saveFile.ts";
import { STYLES } from "./styles.ts";

/** A head of a model. */
export interface HeadRef {
  readonly kind: AttentionKind;
  readonly layer: number;
  readonly head: number;
}

/** Ablation of the model that made a record. */
export interface Ablated {
  readonly heads: readonly HeadRef[];
  /** Places in the source. */
  readonly tokens: readonly number[];
}

const START: PictureChoice = {
  ...{ kind: "cross", view: "lines", layer: "mean", head: "mean", stage: "weights" },
  ...{ threshold: 0.05, top: Infinity },
};

// Node has no such class; there the module can be imported, not used.
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/**
 * `<qkv-attention>`: an interactive view of the attention of a sentence, its translation, or an image. Set `record`; listen for `headtoggle`
 * (a {@link HeadRef} in `detail`) and `tokentoggle` (a place in the source), make a record without them, and list them
 * in `ablated`. Needs no inline style or script of the page.
 */
export class AttentionElement extends Base {
  #record: AttentionRecord | undefined;
  #ablated: Ablated | undefined;
  #messages = ATTENTION_MESSAGES;
  #choice = START;
  #frozen: TokenRef | undefined;
  #scheduled = false;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }

  /** The record to show. */
  get record(): AttentionRecord | undefined {
    return this.#record;
  }

  set record(record: AttentionRecord | undefined) {
    const isOther = record?.source.join() !== this.#record?.source.join();
    this.#record = record;
    if (isOther) this.#frozen = undefined;
    this.#later();
  }

  /** The ablation of the record; left out, nothing can be switched off here. */
  get ablated(): Ablated | undefined {
    return this.#ablated;
  }

  set ablated(ablated: Ablated | undefined) {
    this.#ablated = ablated;
    this.#later();
  }

  /** The texts of the element. Default English. */
  get messages(): AttentionMessages {
    return this.#messages;
  }

  set messages(messages: AttentionMessages) {
    this.#messages = messages;
    this.#later();
  }

  /** The attention to draw, and its view. */
  get choice(): PictureChoice {
    return this.#choice;
  }

  set choice(choice: PictureChoice) {
    this.#choice = choice;
    this.#later();
  }

  /** Focuses the first of its controls. */
  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector("select")?.focus(options);
  }

  /** The picture as a standalone SVG document, for light pages and paper; empty without a record. */
  toSVG(): string {
    if (this.#record === undefined) return "";
    return attentionPicture(this.#record, this.#settled(), this.#messages, { theme: "light", query: this.#query() });
  }

  // Several properties set in a row are drawn once.
  #later(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  #change(news: Partial<PictureChoice>): void {
    this.choice = { ...this.#choice, ...news };
  }

  /** The query whose attention an image shows: the one that is held, else the first. */
  #query(): number {
    return this.#frozen?.side === "query" ? this.#frozen.index : 0;
  }

  /** The choice as far as the record has such kinds, layers and heads, and an image. */
  #settled(): PictureChoice {
    const { layer, head, stage, view } = this.#choice;
    const record = this.#record;
    const [first = this.#choice.kind, ...others] = record === undefined ? [] : kindsOf(record);
    const kind = others.includes(this.#choice.kind) ? this.#choice.kind : first;
    const [layers = 0, heads = 0] = record?.[kind]?.shape ?? [];
    const known = record?.[kind]?.[stage] !== undefined;
    const isRolled = layer === "rollout" && record !== undefined && !hasRollout(record, kind);
    return {
      ...this.#choice,
      kind,
      view: view === "image" && !hasImage(record, kind) ? "lines" : view,
      layer: isRolled || (typeof layer === "number" && layer >= layers) ? "mean" : layer,
      head: typeof head === "number" && head >= heads ? "mean" : head,
      stage: known ? stage : "weights",
    };
  }

  #draw(): void {
    const root = this.shadowRoot;
    if (root === null) return;
    const record = this.#record;
    if (record === undefined) return root.replaceChildren();
    const focused = focusOf(root);
    const isReadOut = root.querySelector("details")?.open ?? false;
    const choice = this.#settled();
    const box = root.firstElementChild ?? root.appendChild(make("div"));
    box.className = choice.view;
    const controls = box.firstElementChild ?? box.appendChild(make("div", { className: "controls" }));
    updateControls(controls, this.#controls(record, choice));
    while (controls.nextSibling !== null) controls.nextSibling.remove();
    box.append(
      this.#picture(record, choice),
      ...this.#switches(record, choice),
      this.#saving(record),
      this.#words(record, choice, isReadOut),
      make("p", { className: "note", textContent: this.#messages.note }),
    );
    // The control in use may have been made anew, and keeps the focus.
    if (focused !== undefined && focusOf(root) !== focused)
      root.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  }

  #controls(record: AttentionRecord, choice: PictureChoice): HTMLElement {
    const { kind, view, layer, stage, top } = choice;
    const m = this.#messages;
    const { shape, scores } = record[kind] as HeadMaps;
    const [layers, heads] = shape;
    const kinds = kindsOf(record);
    const numbered = (count: number) => Array.from({ length: count }, (_, i) => [String(i), String(i)] as const);
    const valueOf = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);
    const isMatrix = view === "matrix" && layer !== "rollout" && scores !== undefined;
    const views = entriesOf<AttentionViewName>(m.views).filter(([of]) => of !== "image" || hasImage(record, kind));
    const items: HTMLElement[] = [picker("view", m.view, views, view, (picked) => this.#change({ view: picked }))];
    if (kinds.length > 1) {
      items.push(
        picker(
          "kind",
          m.kind,
          kinds.map((of) => [of, m.kinds[of]] as const),
          kind,
          (picked) => {
            this.#frozen = undefined;
            this.#change({ kind: picked });
          },
        ),
      );
    }
    if (view !== "model") {
      items.push(
        picker(
          "layer",
          m.layer,
          [
            ["mean", m.mean],
            ...(hasRollout(record, kind) ? [["rollout", m.rollout] as const] : []),
            ...numbered(layers),
          ],
          String(layer),
          (picked) => this.#change({ layer: valueOf(picked) as PictureChoice["layer"] }),
        ),
        picker("head", m.head, [["mean", m.mean], ...numbered(heads)], String(drawable(choice).head), (picked) =>
          this.#change({ head: valueOf(picked) as PictureChoice["head"] }),
        ),
      );
    }
    if (isMatrix)
      items.push(picker("stage", m.stage, entriesOf(m.stages), stage, (picked) => this.#change({ stage: picked })));
    if (view !== "image") {
      items.push(
        this.#threshold(choice),
        picker(
          "top",
          m.top,
          [["Infinity", m.all], ...[1, 2, 3, 5].map((n) => [String(n), `${n}`] as const)],
          String(top),
          (picked) => this.#change({ top: Number(picked) }),
        ),
      );
    }
    if (view !== "model") items.push(this.#holder(record, kind));
    return make("div", { className: "controls" }, ...items);
  }

  #threshold({ threshold }: PictureChoice): HTMLElement {
    const input = make("input", {
      name: "threshold",
      type: "range",
      min: "0",
      max: "0.9",
      step: "0.05",
      value: String(threshold),
    });
    input.addEventListener("input", () => this.#change({ threshold: input.valueAsNumber }));
    input.ariaLabel = this.#messages.threshold;
    return make("label", {}, `${this.#messages.threshold} ${threshold.toFixed(2)}`, input);
  }

  /** A list of tokens to highlight, for use without a pointer. */
  #holder(record: AttentionRecord, kind: AttentionKind): HTMLElement {
    const { queries, keys } = sidesOf(record, kind);
    const options = (side: TokenRef["side"], tokens: readonly string[]) =>
      tokens.map((token, i) => [`${side} ${i}`, side === "query" ? `${token} →` : `→ ${token}`] as const);
    const value = this.#frozen === undefined ? "" : `${this.#frozen.side} ${this.#frozen.index}`;
    const all = [["", "–"] as const, ...options("query", queries), ...options("key", keys)];
    return picker<string>("token", this.#messages.token, all, value, (picked) => {
      const [side, index] = picked.split(" ");
      this.#frozen = picked === "" ? undefined : { side: side as TokenRef["side"], index: Number(index) };
      this.#later();
    });
  }

  #picture(record: AttentionRecord, choice: PictureChoice): HTMLElement {
    const box = make("div", { className: "picture", tabIndex: 0 });
    // The sheet of this element has the style, which strict policies allow.
    const svg = attentionPicture(record, choice, this.#messages, { query: this.#query() }).replace(
      /<style>[^<]*<\/style>/,
      "",
    );
    const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    drawing.setAttribute("aria-label", this.#messages.kinds[choice.kind]);
    drawing.querySelector(":scope > desc")?.remove(); // in English; the same is below, in words
    box.append(drawing);
    box.setAttribute("role", "group");
    box.setAttribute("name", "picture");
    box.setAttribute("aria-label", this.#messages.kinds[choice.kind]);
    if (choice.view === "model") {
      panelByPanel(drawing);
      box.addEventListener("click", ({ target }) => {
        const panel = target instanceof Element ? target.closest("[data-layer]") : null;
        if (panel === null) return;
        const [layer, head] = ["data-layer", "data-head"].map((name) => Number(panel.getAttribute(name)));
        this.#change({ view: "lines", layer: layer ?? 0, head: head ?? 0 });
      });
      return box;
    }
    if (choice.view === "image") {
      if (choice.kind !== "encoder") return box; // its queries are no patches
      const first = record.source.length - drawing.querySelectorAll("[data-patch]").length;
      box.addEventListener("click", ({ target }) => {
        const patch = target instanceof Element ? target.getAttribute("data-patch") : null;
        if (patch === null) return;
        const token: TokenRef = { side: "query", index: first + Number(patch) };
        this.#frozen = isSameToken(token, this.#frozen) ? undefined : token;
        this.#later();
      });
      return box;
    }
    box.addEventListener("pointerover", ({ target }) => highlight(box, tokenAt(target) ?? this.#frozen));
    box.addEventListener("pointerleave", () => highlight(box, this.#frozen));
    box.addEventListener("click", ({ target }) => {
      const token = tokenAt(target);
      this.#frozen = isSameToken(token, this.#frozen) ? undefined : token;
      this.#later();
    });
    highlight(box, this.#frozen);
    return box;
  }

  #switches(record: AttentionRecord, { kind, view, layer, head }: PictureChoice): HTMLElement[] {
    const ablated = this.#ablated;
    if (ablated === undefined) return [];
    const m = this.#messages;
    const tell = (type: string, detail: HeadRef | number) => this.dispatchEvent(new CustomEvent(type, { detail }));
    const switches: HTMLElement[] = [];
    if (view !== "model" && typeof layer === "number" && typeof head === "number") {
      const isOff = ablated.heads.some((of) => of.kind === kind && of.layer === layer && of.head === head);
      const toggle = button("toggle", isOff ? m.headOn : m.headOff, () => tell("headtoggle", { kind, layer, head }));
      switches.push(make("div", {}, toggle));
    }
    const tokens = record.source.map((token, place) => {
      const toggle = button(`token ${place}`, token, () => tell("tokentoggle", place));
      toggle.setAttribute("aria-pressed", String(ablated.tokens.includes(place)));
      return toggle;
    });
    const group = make("div", { className: "tokens" }, make("span", { textContent: m.tokens }), ...tokens);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", m.tokens);
    return [...switches, group];
  }

  #saving(record: AttentionRecord): HTMLElement {
    const svg = () => new Blob([this.toSVG()], { type: "image/svg+xml" });
    const json = () => new Blob([JSON.stringify(plain(record))], { type: "application/json" });
    return make(
      "div",
      { className: "saving" },
      make("span", { textContent: this.#messages.save }),
      button("SVG", "SVG", () => saveFile("attention.svg", svg())),
      button("PNG", "PNG", () => void pngOf(this.toSVG()).then((blob) => saveFile("attention.png", blob))),
      button("JSON", "JSON", () => saveFile("attention.json", json())),
    );
  }

  /** The text alternative of the alignment: each query and the keys that it attends to most. */
  #words(record: AttentionRecord, choice: PictureChoice, open: boolean): HTMLElement {
    const matrix = selectMatrix(record, { ...drawable(choice), stage: "weights", top: Math.min(choice.top, 3) });
    const items = matrix.rows.map((query, row) =>
      make("li", { textContent: printable(this.#messages.sentence(query, greatestOfRow(matrix, row))) }),
    );
    const summary = make("summary", { textContent: this.#messages.words });
    summary.setAttribute("name", "words");
    return make("details", { open }, summary, make("ul", { className: "words" }, ...items));
  }
}

/** Registers `<qkv-attention>`. */
export function defineAttentionElement(): void {
  if (customElements.get("qkv-attention") === undefined) customElements.define("qkv-attention", AttentionElement);
}

/** Converts a record to JSON: lists of numbers; null where a key is masked. */
function plain(record: AttentionRecord): object {
  const of = ({ shape, ...maps }: HeadMaps) => ({
    shape,
    ...Object.fromEntries(
      Object.entries(maps).map(([stage, values]) => [stage, Array.from(values as ArrayLike<number>)]),
    ),
  });
  const { source, target, read, image } = record;
  const maps = kindsOf(record).map((kind) => [kind, of(record[kind] as HeadMaps)] as const);
  return { source, target, read, ...(image !== undefined && { image }), ...Object.fromEntries(maps) };
}

/** Whether the keys of a kind are patches of an image. */
function hasImage(record: AttentionRecord | undefined, kind: AttentionKind): boolean {
  return record?.image !== undefined && kind !== "decoder";
}

function entriesOf<T extends string>(names: Readonly<Record<T, string>>): (readonly [T, string])[] {
  return Object.entries(names) as [T, string][];
}
