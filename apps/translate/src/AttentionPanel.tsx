import { language, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { AttentionElement, defineAttentionElement } from "@qkv/visualize/element";
import { diffWords } from "diff";
import { useEffect, useRef } from "preact/hooks";
import { ATTENTION_IN } from "./attentionMessages.ts";
import { MESSAGES } from "./messages.ts";
import { ablated, current, inspection, restore, toggleHead, toggleToken } from "./inspection.ts";
import { sentences } from "./session.ts";

defineAttentionElement();

/** The attention of the chosen sentence, and what becomes of it without some heads and tokens. */
export function AttentionPanel() {
  const messages = useMessages(MESSAGES);
  if (current.value === undefined) return null;
  return (
    <section class="card stack attention">
      <h2>{messages.attention}</h2>
      {inspection.value === undefined ? <p class="quiet">{messages.reading}</p> : <AttentionView />}
      <Without />
    </section>
  );
}

function AttentionView() {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<AttentionElement>(null);
  useEffect(() => {
    const element = new AttentionElement();
    element.addEventListener("headtoggle", (event) => void toggleHead((event as CustomEvent).detail));
    element.addEventListener("tokentoggle", (event) => void toggleToken((event as CustomEvent).detail));
    host.current?.append(element);
    view.current = element;
    return () => element.remove();
  }, []);
  const [seen, off, spoken] = [inspection.value, ablated.value, language.value];
  useEffect(() => {
    if (view.current) {
      Object.assign(view.current, { record: seen?.attention, ablated: off, messages: ATTENTION_IN[spoken] });
    }
  }, [seen, off, spoken]);
  return <div ref={host} />;
}

/** What is switched off, and the translation without it, its differences marked. */
function Without() {
  const messages = useMessages(MESSAGES);
  const { heads, tokens } = ablated.value;
  const before = current.value === undefined ? undefined : sentences.value[current.value]?.translations[0]?.text;
  const after = inspection.value?.translation.text;
  if (heads.length + tokens.length === 0 || before === undefined || after === undefined) return null;
  const source = inspection.value?.attention.source ?? [];
  const kinds = ATTENTION_IN[language.value].kinds;
  return (
    <div class="without" role="status">
      <p class="small quiet">
        {messages.without}{" "}
        {[
          ...heads.map(({ kind, layer, head }) => `${kinds[kind]} ${layer}.${head}`),
          ...tokens.map((place) => printable(source[place] ?? "")),
        ].join(", ")}
      </p>
      <p data-testid="ablated" dir="auto">
        {after === before && <span class="quiet">{messages.same} </span>}
        {diffWords(before, after).map(({ value, added, removed }, i) => {
          const Mark = added ? "ins" : removed ? "del" : "span";
          return <Mark key={i}>{value}</Mark>;
        })}
      </p>
      <button
        type="button"
        onClick={(event) => {
          // The button goes away; the keyboard stays in the panel.
          event.currentTarget.closest(".attention")?.querySelector<AttentionElement>("qkv-attention")?.focus();
          void restore();
        }}
      >
        {messages.restore}
      </button>
    </div>
  );
}
