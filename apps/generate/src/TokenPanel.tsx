import { formatCount, formatPercent, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { shown } from "./inspection.ts";
import { MESSAGES } from "./messages.ts";
import { turns } from "./session.ts";
import type { LikelyToken } from "./worker/writeTokens.ts";

/** The token that is pointed at, how likely it was, and what else might have come. */
export function TokenPanel() {
  const messages = useMessages(MESSAGES);
  const token = shown.value;
  if (!turns.value.some(({ role }) => role === "assistant")) return null;
  return (
    <section class="card stack token-panel" aria-label={messages.token}>
      {token === undefined ? (
        <p class="small quiet">{messages.tokenHint}</p>
      ) : (
        <>
          <p class="row">
            <span>
              <b class="token-name">{printable(token.label)}</b>{" "}
              <span class="figures">{formatPercent(token.probability)}</span>
            </span>
            <span class="small quiet figures">{messages.place(formatCount(token.place + 1))}</span>
          </p>
          <Candidates of={token.best} />
        </>
      )}
    </section>
  );
}

/** The likeliest tokens, each with a bar as long as it is likely. */
function Candidates({ of }: { readonly of: readonly LikelyToken[] }) {
  const messages = useMessages(MESSAGES);
  return (
    <ol class="candidates" aria-label={messages.candidates}>
      {of.map(({ label, probability }, i) => (
        <li key={i}>
          <span class="token-name">{printable(label)}</span>
          <span class="figures quiet">{formatPercent(probability)}</span>
          <meter min={0} max={1} value={probability} aria-hidden="true" />
        </li>
      ))}
    </ol>
  );
}
