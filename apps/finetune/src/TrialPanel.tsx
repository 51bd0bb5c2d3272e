import { Bars, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import type { ComponentChildren } from "preact";
import { MESSAGES } from "./messages.ts";
import { trained } from "./training.ts";
import { result, tried, type TrialResult, trying, tryOut } from "./trial.ts";
import type { Side } from "./worker/tryOut.ts";

/** Where what was learned is tried at once. */
export function TrialPanel() {
  const messages = useMessages(MESSAGES);
  const one = trained.value;
  if (one === undefined) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    void tryOut();
  };
  return (
    <section class="card stack trial">
      <h2>{messages.tryIt}</h2>
      <form class="row" onSubmit={submit}>
        <input
          type="text"
          dir="auto"
          autocomplete="off"
          aria-label={messages.tryLabels[one.goal]}
          placeholder={messages.tryLabels[one.goal]}
          value={tried.value}
          onInput={({ currentTarget }) => (tried.value = currentTarget.value)}
        />
        <button type="submit" class="main" disabled={trying.value || tried.value.trim() === ""}>
          {messages.tryButtons[one.goal]}
        </button>
      </form>
      <div aria-live="polite" aria-busy={trying.value} data-testid="trial">
        {result.value?.goal === one.goal && <Result result={result.value} />}
      </div>
    </section>
  );
}

const MOST_LABELS = 5;

function Result({ result }: { readonly result: TrialResult }) {
  switch (result.goal) {
    case "classify":
      return <Bars labels={result.labels} top={MOST_LABELS} bare={false} />;
    case "embed":
      return (
        <Sides
          of={(side) => (
            <ol class="neighbours">
              {result.sides[side].map(({ text, score }) => (
                <li key={text}>
                  <span class="data-text">{printable(text)}</span> <span class="quiet figures">{score.toFixed(2)}</span>
                </li>
              ))}
            </ol>
          )}
        />
      );
    case "write":
      return (
        <Sides
          of={(side) => (
            <p class="written data-text" dir="auto">
              <span class="quiet">{printable(result.prompt)}</span> {printable(result.sides[side])}
            </p>
          )}
        />
      );
  }
}

function Sides({ of }: { readonly of: (side: Side) => ComponentChildren }) {
  const messages = useMessages(MESSAGES);
  return (
    <div class="sides">
      {(["tuned", "base"] as const).map((side) => (
        <section key={side} class="stack" data-side={side}>
          <h3>{messages.sides[side]}</h3>
          {of(side)}
        </section>
      ))}
    </div>
  );
}
