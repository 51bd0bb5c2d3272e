import type { DownloadProgress } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import { modelLabel, type ModelSource } from "../model/modelSource.ts";
import { formatBytes } from "./format.ts";
import { type Messages, useMessages } from "./language.ts";
import { Progress } from "./Progress.tsx";

/** What the page says of a model that is being opened. */
export const OPENING: Messages<{ opening: (name: string) => string; of: (loaded: string, total: string) => string }> = {
  en: { opening: (name) => `Opening ${name} …`, of: (loaded, total) => `${loaded} of ${total}` },
  ko: { opening: (name) => `${name} 여는 중 …`, of: (loaded, total) => `${total} 중 ${loaded}` },
};

interface OpeningProgressProps {
  readonly source: ModelSource;
  readonly progress?: DownloadProgress | undefined;
  /** What the model is called here; left out, its own name. */
  readonly nameOf?: (source: ModelSource) => string;
  readonly onCancel: () => void;
}

/** How far a model is that is being opened, and a button that stops it. */
export function OpeningProgress({ source, progress, nameOf = modelLabel, onCancel }: OpeningProgressProps) {
  const messages = useMessages(OPENING);
  const { file, loaded, total } = progress ?? {};
  const bytes = loaded === undefined ? "" : formatBytes(loaded);
  const detail =
    loaded === undefined ? "" : `${file} · ${total === undefined ? bytes : messages.of(bytes, formatBytes(total))}`;
  const label = messages.opening(printable(nameOf(source)));
  return <Progress label={label} value={loaded} max={total} detail={detail} onCancel={onCancel} />;
}
