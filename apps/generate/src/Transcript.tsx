import { formatPercent, language, moveStop, stepBetween, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { choose, chosen, pointed, type TokenPlace } from "./inspection.ts";
import { MESSAGES } from "./messages.ts";
import { isChat, running, type Turn, turns } from "./session.ts";
import type { WrittenToken } from "./worker/writeTokens.ts";

/** Less likely than this, a token is marked. */
const UNLIKELY = 0.1;
/** Within so many pixels of its end, the text is followed as it grows. */
const LINE = 32;
const TOKEN = "[data-token]";

/** What was written, as it grows: each token of the model can be pointed at, and reached by the keyboard. */
export function Transcript() {
  const messages = useMessages(MESSAGES);
  const box = useRef<HTMLDivElement>(null);
  const marked = chosen.value;
  useEffect(() => {
    box.current?.querySelector('[aria-pressed="true"]')?.setAttribute("aria-pressed", "false");
    if (marked === undefined) return;
    const place = `[data-turn="${marked.turn}"][data-token="${marked.token}"]`;
    box.current?.querySelector(place)?.setAttribute("aria-pressed", "true");
  }, [marked]);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight; // follows what is written
  }, [turns.value]);
  const point = ({ target }: Event) => {
    const place = placeOf(target);
    if (place !== undefined) pointed.value = place;
  };
  const press = ({ target }: Event) => {
    const place = placeOf(target);
    if (place !== undefined) choose(place);
  };
  const stop = turns.value.findIndex((turn) => turn.role === "assistant"); // where the keyboard stops at first
  return (
    <section class="card stack">
      <div
        ref={box}
        class={isChat.value ? "transcript chat" : "transcript"}
        role="group"
        aria-label={messages.written}
        aria-busy={running.value}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < LINE;
        }}
        onClick={press}
        onPointerOver={point}
        onPointerLeave={() => (pointed.value = undefined)}
        onFocusIn={(event) => {
          moveStop(box.current, event.target);
          point(event);
        }}
        onFocusOut={() => (pointed.value = undefined)}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === " ") press(event);
          else if (!stepBetween(box.current, TOKEN, event.key)) return;
          event.preventDefault();
        }}
      >
        {turns.value.length === 0 && <p class="quiet">{messages.empty}</p>}
        {turns.value.map((turn, i) => (
          <TurnText key={i} turn={turn} index={i} isFirst={i === stop} />
        ))}
      </div>
      {hasUnlikely(turns.value) && <p class="small quiet">{messages.unlikely}</p>}
    </section>
  );
}

function TurnText({
  turn,
  index,
  isFirst,
}: {
  readonly turn: Turn;
  readonly index: number;
  readonly isFirst: boolean;
}) {
  const messages = useMessages(MESSAGES);
  const isModel = turn.role === "assistant";
  return (
    <div class={`turn ${turn.role}`} dir="auto">
      {isChat.value && <p class="small quiet">{isModel ? messages.model : messages.you}</p>}
      <div class="said">{isModel ? chunksOf(turn.tokens, index, isFirst) : turn.text}</div>
    </div>
  );
}

function placeOf(target: EventTarget | null): TokenPlace | undefined {
  const element = (target as Element | null)?.closest<HTMLElement>(TOKEN);
  const { turn, token } = element?.dataset ?? {};
  return turn === undefined || token === undefined ? undefined : { turn: Number(turn), token: Number(token) };
}

function hasUnlikely(all: readonly Turn[]): boolean {
  return all.some((turn) => turn.role === "assistant" && turn.tokens.some(({ probability }) => probability < UNLIKELY));
}

/** Tokens that are drawn together: the same node for the same tokens, so that a long text is not drawn anew for each. */
const CHUNK = 32;

function chunksOf(tokens: readonly WrittenToken[], turn: number, isFirst: boolean): VNode[] {
  const starts = Array.from({ length: Math.ceil(tokens.length / CHUNK) }, (_, i) => i * CHUNK);
  return starts.map((start) =>
    chunkOf(tokens.slice(start, start + CHUNK), { turn, token: start }, isFirst && start === 0),
  );
}

function chunkOf(tokens: readonly WrittenToken[], { turn, token }: TokenPlace, isFirst: boolean): VNode {
  const key = tokens[0] as WrittenToken;
  const kept = nodes.get(key);
  if (kept?.count === tokens.length && kept.language === language.value) return kept.node;
  const { tokenName } = MESSAGES[language.value];
  const node = (
    <span key={token}>
      {tokens.map(({ text, label, probability }, i) => (
        <span
          key={i}
          class={probability < UNLIKELY ? "token unlikely" : "token"}
          role="button"
          tabIndex={isFirst && i === 0 ? 0 : -1}
          aria-pressed="false"
          aria-label={tokenName(printable(label), formatPercent(probability))}
          data-turn={turn}
          data-token={token + i}
        >
          {text}
        </span>
      ))}
    </span>
  );
  nodes.set(key, { count: tokens.length, language: language.value, node });
  return node;
}

const nodes = new WeakMap<WrittenToken, { readonly count: number; readonly language: string; readonly node: VNode }>();
