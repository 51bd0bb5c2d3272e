import { printable } from "@qkv/visualize";
import { type Messages, useMessages } from "./language.ts";

const MESSAGES: Messages<{ cancel: string }> = { en: { cancel: "Cancel" }, ko: { cancel: "취소" } };

interface ProgressProps {
  /** What is going on. */
  readonly label: string;
  /** How much of `max` is done; left out, nobody knows. */
  readonly value?: number | undefined;
  readonly max?: number | undefined;
  /** Beside the bar: "3.1 of 6.6 MB". */
  readonly detail?: string;
  readonly onCancel?: () => void;
}

/** A bar that fills, with what it is about, and a button to stop it. */
export function Progress({ label, value, max, detail, onCancel }: ProgressProps) {
  const { cancel } = useMessages(MESSAGES);
  const known = value !== undefined && max !== undefined;
  return (
    <div class="progress">
      <label>
        <span class="row">
          <span role="status">{printable(label)}</span>
          <span class="quiet figures">{detail && printable(detail)}</span>
        </span>
        <progress {...(known && { value, max })} />
      </label>
      {onCancel && (
        <button type="button" class="plain" onClick={onCancel}>
          {cancel}
        </button>
      )}
    </div>
  );
}
