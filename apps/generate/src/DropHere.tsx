import { FileButton, useMessages, wholePageDrop } from "@qkv/app-shell";
import { useEffect, useState } from "preact/hooks";
import { MESSAGES } from "./messages.ts";

/** The place that shows what to begin with: a model. The whole page takes what is dropped. */
export function DropHere({ onFiles }: { readonly onFiles: (files: File[]) => void }) {
  const messages = useMessages(MESSAGES);
  const [over, setOver] = useState(false);
  useEffect(() => wholePageDrop(() => undefined, setOver), []);
  return (
    <section class={`drop-zone ${over ? "over" : ""}`}>
      <h2>{messages.drop}</h2>
      <p class="quiet">{messages.dropHint}</p>
      <FileButton class="main" accept=".gguf" multiple onFiles={onFiles}>
        {messages.pick}
      </FileButton>
      <p class="small quiet">{messages.hub}</p>
    </section>
  );
}
