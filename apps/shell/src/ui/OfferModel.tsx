import { useEffect, useState } from "preact/hooks";
import { wholePageDrop } from "./DropZone.tsx";
import { FileButton } from "./FileButton.tsx";
import { formatBytes } from "./format.ts";
import { type Messages, useMessages } from "./language.ts";

const MESSAGES: Messages<{ fetch: (name: string, size: string) => string; folder: string }> = {
  en: { fetch: (name, size) => `Fetch ${name} (${size})`, folder: "Open a folder …" },
  ko: { fetch: (name, size) => `${name} 내려받기 (${size})`, folder: "폴더 열기 …" },
};

interface OfferModelProps {
  readonly title: string;
  readonly hint: string;
  /** A model of the hub, and the bytes of its weights. */
  readonly offered: { readonly ref: string; readonly bytes: number };
  readonly disabled?: boolean;
  readonly onFetch: () => void;
  /** The files of a folder that was picked. */
  readonly onFiles: (files: File[]) => void;
}

/** The place that shows what to begin with: a model. The whole page takes what is dropped. */
export function OfferModel({ title, hint, offered, disabled = false, onFetch, onFiles }: OfferModelProps) {
  const messages = useMessages(MESSAGES);
  const [over, setOver] = useState(false);
  useEffect(() => wholePageDrop(() => undefined, setOver), []);
  return (
    <section class={`drop-zone ${over ? "over" : ""}`}>
      <h2>{title}</h2>
      <p class="quiet">{hint}</p>
      <button type="button" class="main" disabled={disabled} onClick={onFetch}>
        {messages.fetch(offered.ref, formatBytes(offered.bytes))}
      </button>
      <FileButton folder class="plain" disabled={disabled} onFiles={onFiles}>
        {messages.folder}
      </FileButton>
    </section>
  );
}
