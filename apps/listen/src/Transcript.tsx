import { language, moveStop, stepBetween, useMessages } from "@qkv/app-shell";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { clockTime } from "./clockTime.ts";
import { MESSAGES } from "./messages.ts";
import { seek } from "./player.ts";
import { choose, chosenName, playedSegment, running, segments, wordName } from "./session.ts";
import { live } from "./speaking.ts";
import type { HeardSegment } from "./worker/heardSegment.ts";

/** Within so many pixels of its end, the text is followed as it grows. */
const LINE = 32;

/** What was said, as it comes: each word can be chosen, and reached by the keyboard. */
export function Transcript() {
  const messages = useMessages(MESSAGES);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [word, segment] = [chosenName.value, playedSegment.value];
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current && running.value) box.current.scrollTop = box.current.scrollHeight;
  }, [segments.value, live.value]);
  useEffect(() => mark(box.current, ".said", "aria-pressed", word), [word]);
  useEffect(() => mark(box.current, ".segment", "data-played", `${segment}`), [segment]);
  return (
    <div
      ref={box}
      class="transcript"
      role="group"
      aria-label={messages.transcript}
      aria-busy={running.value}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < LINE;
      }}
      onClick={({ target }) => {
        const name = (target as HTMLElement).closest<HTMLElement>(".said")?.dataset["name"];
        const start = name === undefined ? undefined : choose(name);
        if (start !== undefined) seek(start);
      }}
      onFocusIn={({ target }) => moveStop(box.current, target)}
      onKeyDown={(event) => stepBetween(box.current, ".said", event.key) && event.preventDefault()}
    >
      {segments.value.map((each, i) => segmentNode(each, i))}
      {live.value !== undefined && (
        <p class="live" aria-live="polite">
          {live.value.settled}
          <span class="quiet">{live.value.open}</span>
        </p>
      )}
      {segments.value.length === 0 && live.value === undefined && <p class="quiet">{messages.empty}</p>}
    </div>
  );
}

/** Marks the thing of a name, and no other: of thousands, none is drawn again for it. */
function mark(box: HTMLElement | null, selector: string, attribute: string, name: string | undefined): void {
  for (const marked of box?.querySelectorAll(`${selector}[${attribute}="true"]`) ?? []) {
    marked.setAttribute(attribute, "false");
  }
  if (name !== undefined) box?.querySelector(`${selector}[data-name="${name}"]`)?.setAttribute(attribute, "true");
}

const nodes = new WeakMap<HeardSegment, VNode>();

/** The same node for the same segment: then it is not compared again, however many there are. */
function segmentNode(segment: HeardSegment, place: number): VNode {
  const node = nodes.get(segment) ?? <Segment key={place} segment={segment} place={place} />;
  nodes.set(segment, node);
  return node;
}

function Segment({ segment, place }: { readonly segment: HeardSegment; readonly place: number }) {
  const messages = useMessages(MESSAGES);
  const { start, text, words } = segment;
  const time = (seconds: number) => clockTime(seconds, language.value, 2);
  return (
    <p class="segment" data-name={place}>
      <span class="figures quiet small">{clockTime(start, language.value)}</span>
      <span dir="auto">
        {words.length === 0 && text.trim()}
        {words.map((word, i) => [
          word.text.startsWith(" ") && " ",
          <button
            type="button"
            class="said"
            data-name={wordName(place, i)}
            tabIndex={place + i === 0 ? 0 : -1}
            aria-pressed={false}
            title={messages.time(time(word.start), time(word.end))}
          >
            {word.text.trim()}
          </button>,
        ])}
      </span>
    </p>
  );
}
