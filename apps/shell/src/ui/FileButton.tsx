import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

interface FileButtonProps {
  readonly children: ComponentChildren;
  readonly onFiles: (files: File[]) => void;
  /** The kinds of files that are offered: "image/*". */
  readonly accept?: string;
  readonly multiple?: boolean;
  /** A whole folder instead of files. */
  readonly folder?: boolean;
  /** The camera of a phone instead of its files. */
  readonly capture?: "environment" | "user";
  readonly class?: string;
  readonly disabled?: boolean;
}

/** A button that opens the system's picker of files, a folder or the camera. */
export function FileButton({ children, onFiles, folder, class: look = "", disabled, ...wanted }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={look} disabled={disabled} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        {...wanted}
        {...(folder && { webkitdirectory: true })}
        onChange={({ currentTarget }) => {
          const files = Array.from(currentTarget.files ?? []);
          currentTarget.value = ""; // the same file may be picked again
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
