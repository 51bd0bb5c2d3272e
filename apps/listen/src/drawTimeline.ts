import type { PageSound } from "./sounds.ts";
import type { HeardAttention, HeardWord } from "./worker/heardSegment.ts";
import { STEPS_PER_SECOND } from "./worker/loudness.ts";

/** Pixels of the wave, and of the strip of attention under it. */
const [WAVE, STRIP] = [96, 24];
/** Pixels of both. */
export const HEIGHT = WAVE + STRIP;

/** What is drawn. */
export interface TimelinePart {
  /** Pixels from the beginning of the sound, and pixels in sight. */
  readonly left: number;
  readonly width: number;
  /** Pixels of a second. */
  readonly scale: number;
  readonly sound: PageSound;
  readonly word: HeardWord | undefined;
  /** Seconds. */
  readonly playedAt: number;
}

/** Draws the part of a sound that is in sight: its wave, where a word listened, the word's time, and where the player is. */
export function drawTimeline(canvas: HTMLCanvasElement, part: TimelinePart): void {
  const { left, width, scale, sound, word, playedAt } = part;
  const ratio = devicePixelRatio;
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * ratio)), HEIGHT * ratio];
  const context = canvas.getContext("2d");
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(name);
  context.scale(ratio, ratio);
  context.translate(-left, 0);
  if (word !== undefined) {
    context.fillStyle = color("--word-soft");
    context.fillRect(word.start * scale, 0, (word.end - word.start) * scale, HEIGHT);
  }
  context.fillStyle = color("--wave");
  const perStep = scale / STEPS_PER_SECOND;
  const { extremes } = sound;
  const last = Math.min(extremes.length / 2, Math.ceil((left + width) / perStep));
  for (let step = Math.floor(left / perStep); step < last; step++) {
    const [least, most] = [extremes[2 * step] ?? 0, extremes[2 * step + 1] ?? 0];
    const top = (WAVE / 2) * (1 - most / 127);
    context.fillRect(step * perStep, top, Math.max(1, perStep - 0.5), Math.max(1, ((most - least) * WAVE) / 254));
  }
  if (word?.attention) drawAttention(context, word.attention, scale, color("--listened"));
  context.fillStyle = color("--played");
  context.fillRect(playedAt * scale, 0, 1.5, HEIGHT);
}

/** The strip: the darker, the more the word listened there. */
function drawAttention(
  context: CanvasRenderingContext2D,
  { start, step, values }: HeardAttention,
  scale: number,
  color: string,
): void {
  context.fillStyle = color;
  for (const [i, value] of values.entries()) {
    if (value < 4) continue;
    context.globalAlpha = value / 255;
    context.fillRect((start + i * step) * scale, WAVE, step * scale, STRIP);
  }
  context.globalAlpha = 1;
}
