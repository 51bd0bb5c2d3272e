import { language, useMessages } from "@qkv/app-shell";
import { ATTENTION_IN, AttentionView } from "@qkv/app-shell/attention";
import { printable } from "@qkv/visualize";
import type { AttentionElement } from "@qkv/visualize/element";
import { diffWords } from "diff";
import { MESSAGES } from "./messages.ts";
import { ablated, current, inspection, restore, toggleHead, toggleToken } from "./inspection.ts";
import { sentences } from "./session.ts";

/** The attention of the chosen sentence, and what becomes of it without some heads and tokens. */
export function AttentionPanel() {
  const messages = useMessages(MESSAGES);
  if (current.value === undefined) return null;
  return (
    <section class="card stack attention">
      <h2>{messages.attention}</h2>
      {inspection.value === undefined ? (
        <p class="quiet">{messages.reading}</p>
      ) : (
        <AttentionView
          record={inspection.value.attention}
          messages={ATTENTION_IN[language.value]}
          ablated={ablated.value}
          onHead={(head) => void toggleHead(head)}
          onToken={(place) => void toggleToken(place)}
        />
      )}
      <Without />
    </section>
  );
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
