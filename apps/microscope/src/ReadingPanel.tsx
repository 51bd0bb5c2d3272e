import { formatCount, formatPercent, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { MESSAGES } from "./messages.ts";
import { subject } from "./models.ts";
import { isReading, read, reading, refusal, target, text } from "./texts.ts";

/** The text, how the model reads it, and what it would answer. */
export function ReadingPanel() {
  const messages = useMessages(MESSAGES);
  const isPair = subject.value?.outline.kind === "encoderDecoder";
  const submit = (event: Event) => {
    event.preventDefault();
    void read();
  };
  return (
    <section class="card stack">
      <form class="stack" onSubmit={submit}>
        <label class="stack">
          <span>{messages.text}</span>
          <textarea
            dir="auto"
            rows={2}
            spellcheck={false}
            value={text.value}
            onInput={({ currentTarget }) => (text.value = currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && void read()}
          />
        </label>
        {isPair && (
          <label class="stack">
            <span>{messages.target}</span>
            <input
              type="text"
              dir="auto"
              spellcheck={false}
              autocomplete="off"
              value={target.value}
              onInput={({ currentTarget }) => (target.value = currentTarget.value)}
            />
          </label>
        )}
        <p class="row start">
          <button type="submit" class="main" title="Ctrl+Enter" disabled={isReading.value}>
            {messages.look}
          </button>
          <span class="small quiet" role="status">
            {isReading.value ? messages.computing : <Refused />}
          </span>
        </p>
      </form>
      <Read />
    </section>
  );
}

/** Why a text was not read, in a sentence; what was read before is still shown. */
function Refused() {
  const messages = useMessages(MESSAGES);
  const why = refusal.value;
  if (why === undefined) return null;
  const sentence =
    why.refused === "empty" ? messages.empty : messages.long(formatCount(why.tokens), formatCount(why.most));
  return <span data-testid="refused">{sentence}</span>;
}

/** The tokens, and the likeliest answers. */
function Read() {
  const messages = useMessages(MESSAGES);
  const found = reading.value;
  if (found === undefined) return null;
  const { source, target: written, next } = found;
  return (
    <>
      <Tokens label={messages.tokens(formatCount(source.length))} tokens={source} />
      {written.length > 0 && <Tokens label={messages.written(formatCount(written.length))} tokens={written} />}
      {next === undefined ? (
        <p class="small quiet">{messages.noLogits}</p>
      ) : (
        <ol class="bars answers" aria-label={messages.next}>
          {next.slice(0, 5).map(({ id, label, probability }) => (
            <li key={id}>
              <span class="bar-label token-name">{printable(label)}</span>
              <span class="figures quiet">{formatPercent(probability)}</span>
              <span class="bar" style={{ width: `${100 * probability}%` }} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Tokens({ label, tokens }: { readonly label: string; readonly tokens: readonly string[] }) {
  return (
    <p class="tokens">
      <span class="small quiet">{label}</span>{" "}
      {tokens.map((token, i) => (
        <bdi key={i} class="token-name">
          {printable(token)}
        </bdi>
      ))}
    </p>
  );
}
