import type { DownloadProgress } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { folderSource, modelLabel, type ModelSource } from "../model/modelSource.ts";
import { FileButton } from "./FileButton.tsx";
import { formatPercent } from "./format.ts";
import { type Messages, useMessages } from "./language.ts";
import { ModelNotice } from "./ModelNotice.tsx";
import { OPENING, OpeningProgress } from "./OpeningProgress.tsx";

const MESSAGES: Messages<{
  title: string;
  none: string;
  shipped: string;
  remote: string;
  remoteHint: string;
  open: string;
  folder: string;
  folderHint: string;
  gguf: string;
  ggufHint: string;
  unkept: string;
}> = {
  en: {
    title: "Model",
    none: "none yet",
    shipped: "Included, works offline",
    remote: "From the hub, or any https address",
    remoteHint: "Downloaded once and kept in this browser.",
    open: "Open",
    folder: "Open a folder …",
    folderHint: "A model folder of this device: config.json and model.safetensors. Or drop it on the page.",
    gguf: "Open a .gguf file …",
    ggufHint: "A file for llama.cpp or Ollama. It is read part by part, and stays where it is. Or drop it on the page.",
    unkept: "This browser cannot keep the model. It works now, and is downloaded again next time.",
  },
  ko: {
    title: "모델",
    none: "아직 없음",
    shipped: "페이지에 들어 있는 모델, 네트워크 없이 작동합니다",
    remote: "허브 또는 https 주소에서",
    remoteHint: "한 번만 내려받아 이 브라우저에 보관합니다.",
    open: "열기",
    folder: "폴더 열기 …",
    folderHint: "이 기기의 모델 폴더(config.json, model.safetensors)를 고르거나 페이지에 끌어다 놓으세요.",
    gguf: ".gguf 파일 열기 …",
    ggufHint: "llama.cpp나 Ollama에서 쓰는 파일입니다. 조금씩 나누어 읽으며, 페이지에 끌어다 놓아도 됩니다.",
    unkept: "이 브라우저에 모델을 보관할 수 없습니다. 지금은 쓸 수 있고, 다음에는 다시 내려받습니다.",
  },
};

interface ModelPickerProps {
  /** What is there without a network. */
  readonly shipped: readonly ModelSource[];
  /** The open one. */
  readonly current: ModelSource | undefined;
  /** The one that is being opened, and how far it is. */
  readonly opening?: { readonly source: ModelSource; readonly progress?: DownloadProgress | undefined } | undefined;
  readonly error?: unknown;
  /** Why the open model is not kept for the next time. */
  readonly unkept?: string | undefined;
  /** A hub id of the kind that the page takes, as an example. */
  readonly example: string;
  /** Whether the page takes `.gguf` files. */
  readonly gguf?: boolean;
  /** What a shipped model is called here; left out, its folder's name. */
  readonly nameOf?: (source: ModelSource) => string;
  /** Whether the page shows by itself how far the model is that is being opened. */
  readonly isProgressElsewhere?: boolean;
  readonly onPick: (source: ModelSource) => void;
  readonly onCancel: () => void;
}

/** Which model is open, and the ways to another: a shipped one, one of the hub or an address, a folder. */
export function ModelPicker(props: ModelPickerProps) {
  const { shipped, current, opening, error, unkept, example, onPick, onCancel } = props;
  const nameOf = (source: ModelSource) => printable((props.nameOf ?? modelLabel)(source));
  const messages = useMessages(MESSAGES);
  const opened = useMessages(OPENING);
  const [ref, setRef] = useState("");
  const field = useId();
  const panel = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (panel.current && error !== undefined) panel.current.open = true; // what went wrong is seen, wherever it was begun
  }, [error]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (ref.trim() !== "") onPick({ kind: "remote", ref: ref.trim() });
  };
  return (
    <details ref={panel} class="panel model-picker" aria-busy={opening !== undefined}>
      <summary>
        <span>{messages.title}</span>
        <span class="quiet">
          {opening !== undefined
            ? `${opened.opening(nameOf(opening.source))}${percentOf(opening.progress)}`
            : current === undefined
              ? messages.none
              : nameOf(current)}
        </span>
      </summary>
      {shipped.length > 0 && <p class="small quiet">{messages.shipped}</p>}
      <div class="row start" hidden={shipped.length === 0}>
        {shipped.map((source) => (
          <button
            key={modelLabel(source)}
            type="button"
            aria-pressed={current?.kind === "shipped" && modelLabel(current) === modelLabel(source)}
            onClick={() => onPick(source)}
          >
            {nameOf(source)}
          </button>
        ))}
      </div>
      <form onSubmit={submit} class="stack">
        <label class="small quiet" for={field}>
          {messages.remote}
        </label>
        <span class="row">
          <input
            id={field}
            type="text"
            spellcheck={false}
            autocomplete="off"
            placeholder={example}
            value={ref}
            onInput={({ currentTarget }) => setRef(currentTarget.value)}
          />
          <button type="submit">{messages.open}</button>
        </span>
        <p class="small quiet">{messages.remoteHint}</p>
      </form>
      {props.gguf && (
        <div class="stack">
          <FileButton accept=".gguf" multiple onFiles={(files) => onPick(folderSource(files))}>
            {messages.gguf}
          </FileButton>
          <p class="small quiet">{messages.ggufHint}</p>
        </div>
      )}
      <div class="stack">
        <FileButton folder onFiles={(files) => onPick(folderSource(files))}>
          {messages.folder}
        </FileButton>
        <p class="small quiet">{messages.folderHint}</p>
      </div>
      {opening && !props.isProgressElsewhere && (
        <OpeningProgress {...opening} nameOf={props.nameOf ?? modelLabel} onCancel={onCancel} />
      )}
      {unkept !== undefined && (
        <p class="small" role="status">
          {messages.unkept} <span lang="en">({printable(unkept)})</span>
        </p>
      )}
      {error !== undefined && <ModelNotice error={error} isOpen={current !== undefined} />}
    </details>
  );
}

function percentOf({ loaded = 0, total }: Partial<DownloadProgress> = {}): string {
  return total === undefined ? "" : ` ${formatPercent(loaded / total)}`;
}
