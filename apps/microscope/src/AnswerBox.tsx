import { Progress, useMessages } from "@qkv/app-shell";
import type { ComponentChildren } from "preact";
import { stop } from "./connection.ts";
import { MESSAGES } from "./messages.ts";
import type { Asked } from "./useAsked.ts";

interface AnswerBoxProps<T> {
  readonly asked: Asked<T>;
  readonly children: (value: NonNullable<T>) => ComponentChildren;
}

/** An answer of the worker, or how far it is, with a button to stop it; stopped, a button to go on. */
export function AnswerBox<T>({ asked, children }: AnswerBoxProps<T>) {
  const messages = useMessages(MESSAGES);
  const { value, isBusy, progress, isStopped, again } = asked;
  const [done, total] = progress ?? [];
  return (
    <div class="stack" aria-busy={isBusy}>
      {isBusy && <Progress label={messages.computing} value={done} max={total} onCancel={() => void stop()} />}
      {isStopped && (
        <p class="row start">
          <span class="quiet">{messages.stopped}</span>
          <button type="button" onClick={again}>
            {messages.again}
          </button>
        </p>
      )}
      {value !== undefined && value !== null && children(value)}
    </div>
  );
}
