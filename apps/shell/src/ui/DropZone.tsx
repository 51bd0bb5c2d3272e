import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { droppedFiles } from "../model/droppedFiles.ts";

/**
 * Takes what is dropped anywhere on the page, or pasted.
 *
 * @param onOver hears whether something is held above the page
 * @returns undoes it
 */
export function wholePageDrop(onFiles: (files: File[]) => void, onOver?: (over: boolean) => void): () => void {
  const listening = new AbortController();
  const options = { signal: listening.signal };
  const take = async (transfer: DataTransfer | null) => {
    const files = transfer === null ? [] : await droppedFiles(transfer);
    if (files.length > 0) onFiles(files);
  };
  let depth = 0; // the elements that the pointer is in, one in the other
  const enter = (change: number) => onOver?.((depth = Math.max(0, depth + change)) > 0);
  const bringsFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragenter", (event) => bringsFiles(event) && enter(1), options);
  addEventListener("dragleave", (event) => bringsFiles(event) && enter(-1), options);
  addEventListener("dragover", (event) => bringsFiles(event) && event.preventDefault(), options);
  addEventListener(
    "drop",
    (event) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      enter(-depth);
      void take(event.dataTransfer);
    },
    options,
  );
  addEventListener("paste", ({ clipboardData }) => void take(clipboardData), options);
  return () => listening.abort();
}

interface DropZoneProps {
  readonly onFiles: (files: File[]) => void;
  /** What to do here, and the buttons that do it otherwise. */
  readonly children: ComponentChildren;
}

/** A place that shows where files go: dropped on it, anywhere else on the page, or pasted. */
export function DropZone({ onFiles, children }: DropZoneProps) {
  const [over, setOver] = useState(false);
  useEffect(() => wholePageDrop(onFiles, setOver), [onFiles]);
  return <div class={`drop-zone ${over ? "over" : ""}`}>{children}</div>;
}
