import { formatCount, Progress, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { lastTurn, reading, running, speed } from "./session.ts";

/** How far the model is: what it still has to read, how fast it writes, and why it stopped. */
export function WritingProgress() {
  const messages = useMessages(MESSAGES);
  const { length, reused, read } = reading.value ?? { length: 0, reused: 0, read: 0 };
  const written = lastTurn.value?.tokens.length ?? 0;
  const finish = lastTurn.value?.finish;
  if (length === 0 && !running.value) return null;
  if (running.value && written === 0) {
    return (
      <Progress
        label={messages.reading(formatCount(read), formatCount(length))}
        {...(length > 0 && { value: read, max: length })}
      />
    );
  }
  const said = [
    finish && messages.finishes[finish],
    messages.done(formatCount(written)),
    speed.value && messages.perSecond(speed.value.toFixed(1)),
    messages.usage(formatCount(length), formatCount(reused)),
  ];
  return (
    <p class="small quiet figures" data-testid="usage">
      {said.filter(Boolean).join(" · ")}
    </p>
  );
}
