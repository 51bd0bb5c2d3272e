import { language, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { clockTime } from "./clockTime.ts";
import { MESSAGES } from "./messages.ts";
import { follow, playedAt, PLAYER_EVENTS, playing, togglePlaying } from "./player.ts";
import { sound } from "./sounds.ts";

/** Plays the sound, and says where it is. */
export function Player() {
  const messages = useMessages(MESSAGES);
  const of = sound.value;
  if (of === undefined) return null;
  const time = (seconds: number) => clockTime(seconds, language.value);
  return (
    <div class="row start">
      <button type="button" onClick={() => void togglePlaying()}>
        {playing.value ? messages.pause : messages.play}
      </button>
      <span class="figures">
        {time(playedAt.value)} / {time(of.seconds)}
      </span>
      <span class="quiet small">{printable(of.name)}</span>
      <audio key={of.id} ref={follow} src={of.url} preload="metadata" {...PLAYER_EVENTS} />
    </div>
  );
}
