import { useMessages } from "@qkv/app-shell";
import { useEffect, useRef, useState } from "preact/hooks";
import { drawTimeline, HEIGHT } from "./drawTimeline.ts";
import { MESSAGES } from "./messages.ts";
import { playedAt, seek } from "./player.ts";
import { chosen, words } from "./session.ts";
import { sound } from "./sounds.ts";

/** Pixels of a second. */
const SCALE = 100;

/** The part of the timeline that is in sight, in pixels. */
interface Sight {
  readonly left: number;
  readonly width: number;
}

/** The sound as a wave, its words under it, and where the chosen word listened. */
export function Timeline() {
  const messages = useMessages(MESSAGES);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [sight, setSight] = useState<Sight>({ left: 0, width: 0 });
  const [of, word, at] = [sound.value, chosen.value, playedAt.value];
  useEffect(() => {
    if (box.current === null) return;
    const element = box.current;
    const see = () => setSight({ left: element.scrollLeft, width: element.clientWidth });
    const observer = new ResizeObserver(see);
    observer.observe(element);
    element.addEventListener("scroll", see, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", see);
    };
  }, [of?.id]);
  useEffect(() => {
    if (canvas.current && of) drawTimeline(canvas.current, { ...sight, scale: SCALE, sound: of, word, playedAt: at });
  });
  useEffect(() => reveal(box.current, word?.start), [word]);
  useEffect(() => reveal(box.current, at), [at]);
  if (of === undefined) return null;
  const inSight = words.value.filter(
    ({ start, end }) => end * SCALE >= sight.left && start * SCALE <= sight.left + sight.width,
  );
  return (
    <div ref={box} class="timeline" tabIndex={0} role="group" aria-label={messages.timeline}>
      <div class="whole" style={{ width: `${Math.ceil(of.seconds * SCALE)}px` }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={word?.attention ? messages.listened(word.text.trim()) : messages.wave}
          style={{ left: `${sight.left}px`, width: `${sight.width}px`, height: `${HEIGHT}px` }}
          onClick={({ offsetX }) => seek((sight.left + offsetX) / SCALE)}
        />
        {inSight.map((each) => (
          <span
            key={each.start}
            class={`word ${each === word ? "chosen" : ""} ${at >= each.start && at < each.end ? "now" : ""}`}
            style={{ left: `${each.start * SCALE}px`, maxWidth: `${(each.end - each.start) * SCALE}px` }}
            aria-hidden="true"
            onClick={() => (chosen.value = each)}
          >
            {each.text.trim()}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Brings a time into sight. */
function reveal(box: HTMLDivElement | null, seconds: number | undefined): void {
  if (box === null || seconds === undefined) return;
  const x = seconds * SCALE;
  const { scrollLeft, clientWidth } = box;
  if (x < scrollLeft || x > scrollLeft + clientWidth) box.scrollLeft = Math.max(0, x - clientWidth / 4);
}
