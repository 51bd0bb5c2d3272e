// The sound as it is played.
import { signal } from "@preact/signals";

/** Where the player is, in seconds. */
export const playedAt = signal(0);
export const playing = signal(false);

let element: HTMLAudioElement | undefined;

/** Follows an element; without one nothing plays. */
export function follow(audio: HTMLAudioElement | null): void {
  element = audio ?? undefined;
  [playing.value, playedAt.value] = [false, 0];
}

/** Plays, or pauses. */
export async function togglePlaying(): Promise<void> {
  if (element?.paused) await element.play().catch(() => undefined);
  else element?.pause();
}

/** Goes to a time, in seconds. */
export function seek(seconds: number): void {
  if (element !== undefined) element.currentTime = seconds;
  playedAt.value = seconds;
}

/** Listens to the element's events. */
export const PLAYER_EVENTS = {
  onPlay: () => {
    playing.value = true;
    requestAnimationFrame(tell);
  },
  onPause: () => (playing.value = false),
  onEnded: () => (playing.value = false),
};

/** The element tells its time a few times a second; a line that moves asks each frame. */
function tell(): void {
  if (element === undefined) return;
  playedAt.value = element.currentTime;
  if (playing.value) requestAnimationFrame(tell);
}
