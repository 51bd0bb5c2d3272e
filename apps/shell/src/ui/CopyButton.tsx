import { useState } from "preact/hooks";
import { type Messages, useMessages } from "./language.ts";

const MESSAGES: Messages<{ copy: string; copied: string }> = {
  en: { copy: "Copy", copied: "Copied" },
  ko: { copy: "복사", copied: "복사했습니다" },
};

/** A button that takes a text to the clipboard. */
export function CopyButton({ text }: { readonly text: string }) {
  const messages = useMessages(MESSAGES);
  const [copied, setCopied] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(text);
    } catch {
      setCopied(""); // the browser forbids it; the text can still be marked by hand
    }
  };
  const isCopied = copied !== "" && copied === text;
  return (
    <button type="button" disabled={text === ""} onClick={() => void copy()}>
      <span aria-live="polite">{isCopied ? messages.copied : messages.copy}</span>
    </button>
  );
}
