import { useMessages } from "@qkv/app-shell";
import { useEffect, useRef } from "preact/hooks";
import type { Editor } from "./editor.ts";
import { MESSAGES } from "./programMessages.ts";

interface SourceViewProps {
  readonly name: string;
  readonly code: string;
  readonly isEditing: boolean;
  /** The line that is wrong, from 1. */
  readonly wrongLine: number | undefined;
  /** Changes whenever the keyboard is to go to `wrongLine`. */
  readonly visit: number;
  readonly onEdit: (code: string) => void;
}

/** A program's source: to read, and once it is to be changed, in an editor. */
export function SourceView({ name, code, isEditing, wrongLine, visit, onEdit }: SourceViewProps) {
  const messages = useMessages(MESSAGES);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const shown = useRef(code);
  useEffect(() => {
    if (!isEditing || host.current === null) return undefined;
    let isGone = false;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const onChange = (text: string) => {
      shown.current = text;
      onEdit(text);
    };
    const load = async () => {
      const { createEditor } = await import("./editor.ts");
      if (isGone) return;
      shown.current = code;
      editor.current = createEditor(root, { text: code, label: messages.editor(name), onChange });
      editor.current.mark(wrongLine);
      editor.current.focus(wrongLine);
    };
    void load();
    return () => {
      isGone = true;
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, [isEditing]);
  useEffect(() => {
    if (code !== shown.current) editor.current?.set(code);
    shown.current = code;
  }, [code]);
  useEffect(() => editor.current?.mark(wrongLine), [wrongLine]);
  useEffect(() => {
    if (visit > 0) editor.current?.focus(wrongLine);
  }, [visit]);
  if (isEditing) return <div ref={host} class="editor" />;
  return (
    <pre class="source" tabIndex={0} role="region" aria-label={messages.editor(name)}>
      <code>
        {code
          .trimEnd()
          .split("\n")
          .map((line, i) => (
            <span key={i} class={i + 1 === wrongLine ? "line wrong-line" : "line"}>
              {line}
              {"\n"}
            </span>
          ))}
      </code>
    </pre>
  );
}
