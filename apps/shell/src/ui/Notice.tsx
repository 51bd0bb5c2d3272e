import type { ComponentChildren } from "preact";
import { errorSentence } from "./errorSentence.ts";
import { type Messages, useMessages } from "./language.ts";

const MESSAGES: Messages<{ dismiss: string }> = { en: { dismiss: "Close" }, ko: { dismiss: "닫기" } };

interface NoticeProps {
  readonly error: unknown;
  readonly onDismiss?: () => void;
  /** What it did not change. */
  readonly children?: ComponentChildren;
}

/** What went wrong, in a sentence that helps; the page goes on. */
export function Notice({ error, onDismiss, children }: NoticeProps) {
  const { dismiss } = useMessages(MESSAGES);
  const { sentence, detail } = errorSentence(error);
  return (
    <div class="notice" role="alert">
      <div>
        <p>
          {sentence} {children}
        </p>
        {detail !== "" && (
          <p class="quiet small" lang="en">
            {detail}
          </p>
        )}
      </div>
      {onDismiss && (
        <button type="button" class="plain" onClick={onDismiss}>
          {dismiss}
        </button>
      )}
    </div>
  );
}
