import { FileButton, formatBytes, useMessages, wholePageDrop } from "@qkv/app-shell";
import { useEffect, useState } from "preact/hooks";
import { MESSAGES } from "./messages.ts";
import { fetchOffered, OFFERED } from "./models.ts";

/** The place that shows what to begin with: a model. The whole page takes what is dropped. */
export function FetchModel({ onFiles }: { readonly onFiles: (files: File[]) => void }) {
  const messages = useMessages(MESSAGES);
  const [over, setOver] = useState(false);
  useEffect(() => wholePageDrop(() => undefined, setOver), []);
  return (
    <section class={`drop-zone ${over ? "over" : ""}`}>
      <h2>{messages.begin}</h2>
      <p class="quiet">{messages.beginHint}</p>
      <button type="button" class="main" onClick={fetchOffered}>
        {messages.fetch(OFFERED.ref, formatBytes(OFFERED.bytes))}
      </button>
      <FileButton folder class="plain" onFiles={onFiles}>
        {messages.folder}
      </FileButton>
    </section>
  );
}
