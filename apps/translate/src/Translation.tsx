import type { TranslatedSentence } from "@qkv/pretrained";
import { useEffect, useRef } from "preact/hooks";
import type { VNode } from "preact";
import { current, lookAt, partial, pinned, running, sentences } from "./session.ts";

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
    void lookAt(index);
  };
  const timer = useRef(0);
  const pointAt = ({ target }: Event) => {
    clearTimeout(timer.current);
    const index = indexAt(target);
    if (index !== undefined && !pinned.value) timer.current = window.setTimeout(() => void lookAt(index), HOVER_MS);
  };
  const isEmpty = sentences.value.length === 0 && partial.value === "";
  return (
    <div
      ref={box}
      class="translation"
      role="group"
      aria-label={label}
      aria-busy={running.value}
      lang={lang}
      dir="auto"
      onClick={choose}
      onPointerOver={pointAt}
      onPointerLeave={() => clearTimeout(timer.current)}
      onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose(event))}
    >
      {isEmpty && <span class="quiet">{empty}</span>}
      {sentences.value.map(nodeOf)}
      {partial.value !== "" && <span class="partial">{" " + partial.value}</span>}
    </div>
  );
}

// Longer than it takes to cross a sentence on the way to another.
const HOVER_MS = 250;

function indexAt(target: EventTarget | null): number | undefined {
  const number = (target as Element | null)?.closest("[data-sentence]")?.getAttribute("data-sentence");
  return number === null || number === undefined ? undefined : Number(number);
}

/** The same node for the same sentence, so that a long text is not drawn anew for each sentence that comes. */
function nodeOf(sentence: TranslatedSentence, index: number): VNode {
  let node = nodes.get(sentence);
  if (node === undefined) {
    const text = sentence.translations[0]?.text;
    node = (
      <span key={index}>
        {sentence.space}
        {text !== undefined && (
          <span class="sentence" role="button" tabIndex={0} aria-pressed="false" data-sentence={index}>
            {text}
          </span>
        )}
      </span>
    );
    nodes.set(sentence, node);
  }
  return node;
}

const nodes = new WeakMap<TranslatedSentence, VNode>();
