import { modelLabel, useMessages } from "@qkv/app-shell";
import { directionOf } from "@qkv/pretrained";
import { MESSAGES } from "./messages.ts";
import { current } from "./inspection.ts";
import { model } from "./models.ts";
import { sentences } from "./session.ts";

/** The chosen sentence, what it was, and the other translations that the search found, with their scores. */
export function Alternatives() {
  const messages = useMessages(MESSAGES);
  const sentence = current.value === undefined ? undefined : sentences.value[current.value];
  const [best] = sentence?.translations ?? [];
  if (sentence === undefined || best === undefined) return null;
  const direction = model.value && directionOf(modelLabel(model.value));
  return (
    <section class="card stack">
      <p class="quiet" lang={direction?.from} dir="auto">
        {sentence.source}
      </p>
      {best.truncated && <p class="small">{messages.truncated}</p>}
      <h2>{messages.alternatives}</h2>
      <ol class="alternatives">
        {sentence.translations.map(({ text, score, tokens }) => (
          <li key={tokens.join(" ")}>
            <span lang={direction?.to} dir="auto">
              {text}
            </span>
            <span class="quiet figures" title={messages.score}>
              {score.toFixed(2)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
