import { moveStop, stepBetween } from "@qkv/app-shell";
import type { TranslatedSentence } from "@qkv/pretrained";
import { useEffect, useRef } from "preact/hooks";
import type { VNode } from "preact";
import { current, inspect, pinned } from "./inspection.ts";
import { isUnsure } from "./certainty.ts";
import { settings } from "./search.ts";
import { isOld, partial, running, sentences, textOf } from "./session.ts";

/** The translation as it grows: each sentence can be pointed at, and reached by the keyboard. */
export function Translation({
  lang,
  label,
  empty,
}: {
  readonly lang: string;
  readonly label: string;
  readonly empty: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chosen = current.value;
  useEffect(() => {
    const marked = box.current?.querySelector('[aria-pressed="true"]');
    marked?.setAttribute("aria-pressed", "false");
    box.current?.querySelector(`[data-sentence="${chosen}"]`)?.setAttribute("aria-pressed", "true");
  }, [chosen]);
  const choose = ({ target }: Event) => {
    const index = indexAt(target);
    if (index === undefined) return;
    pinned.value = true;
    void inspect(index);
  };
  const timer = useRef(0);
  const pointAt = ({ target }: Event) => {
    clearTimeout(timer.current);
    const index = indexAt(target);
    if (index !== undefined && !pinned.value) timer.current = window.setTimeout(() => void inspect(index), HOVER_MS);
  };
  const stop = sentences.value.findIndex(({ ids }) => ids.length > 0); // where the keyboard stops at first
  const isEmpty = sentences.value.length === 0 && partial.value === "";
  return (
    <div
      ref={box}
      class={isOld.value ? "translation old" : isEmpty ? "translation empty" : "translation"}
      role="group"
      aria-label={label}
      aria-busy={running.value}
      lang={lang}
      dir="auto"
      onClick={choose}
      onPointerOver={pointAt}
      onPointerLeave={() => clearTimeout(timer.current)}
      onFocusIn={({ target }) => moveStop(box.current, target)}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") choose(event);
        else if (!stepBetween(box.current, "[data-sentence]", event.key)) return;
        event.preventDefault();
      }}
    >
      {isEmpty && <span class="quiet">{empty}</span>}
      {paragraphsOf(sentences.value).map((paragraph) => nodeOf(paragraph, stop))}
      {partial.value !== "" && <span class="partial">{partial.value}</span>}
    </div>
  );
}

// Longer than it takes to cross a sentence on the way to another.
const HOVER_MS = 250;

function indexAt(target: EventTarget | null): number | undefined {
  const number = (target as Element | null)?.closest("[data-sentence]")?.getAttribute("data-sentence");
  return number === null || number === undefined ? undefined : Number(number);
}

/** Sentences of a line of text, or of a part of a very long one, and the line breaks behind them. */
interface Paragraph {
  readonly first: number;
  readonly sentences: readonly TranslatedSentence[];
  /** Absent while more sentences may come. */
  readonly end?: string;
}

/** In characters. A browser lays out a whole paragraph anew for each sentence that comes: a longer one would hold up the page. */
const LONGEST_PARAGRAPH = 8000;

function paragraphsOf(all: readonly TranslatedSentence[]): Paragraph[] {
  let length = 0;
  const starts = all.flatMap((sentence, i) => {
    const begins = i === 0 || sentence.space.includes("\n") || length > LONGEST_PARAGRAPH;
    length = (begins ? 0 : length) + textOf(sentence).length;
    return begins ? [i] : [];
  });
  return starts.map((first, i) => {
    const next = starts[i + 1];
    return { first, sentences: all.slice(first, next), ...(next !== undefined && { end: all[next]?.space ?? "" }) };
  });
}

/** The same node for the same paragraph, and a box of its own: a long text is not laid out anew for each sentence. */
function nodeOf(paragraph: Paragraph, stop: number): VNode {
  const { first, sentences, end } = paragraph;
  const key = sentences[0] as TranslatedSentence;
  const kept = nodes.get(key);
  if (kept !== undefined && kept.count === sentences.length && kept.end === end) return kept.node;
  const node = (
    <span key={first} class={end === undefined ? "" : "paragraph"} dir="auto">
      {sentences.map(({ space, ids, unknownScript, translations: [best] }, i) => [
        i > 0 || first === 0 ? space : "", // else it stands at the end of the paragraph before
        // No sentence: the model did not read it.
        best && ids.length === 0 && (unknownScript ? <span class="unknown">{best.text}</span> : best.text),
        best && ids.length > 0 && (
          <span
            key={i}
            class={isUnsure(best, settings.peek().lengthPenalty) ? "sentence unsure" : "sentence"}
            role="button"
            tabIndex={first + i === stop ? 0 : -1}
            aria-pressed="false"
            data-sentence={first + i}
          >
            {best.text}
          </span>
        ),
      ])}
      {end}
    </span>
  );
  nodes.set(key, { count: sentences.length, end, node });
  return node;
}

const nodes = new WeakMap<
  TranslatedSentence,
  { readonly count: number; readonly end: string | undefined; readonly node: VNode }
>();
