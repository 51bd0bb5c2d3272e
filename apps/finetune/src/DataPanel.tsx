import { FileButton, formatCount, Notice, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { useId } from "preact/hooks";
import { addFiles, dataError, files, reading, removeFile, summary, tokens, typed } from "./data.ts";
import { FILE_KINDS } from "./data/fileKinds.ts";
import { goal } from "./goal.ts";
import { MESSAGES } from "./messages.ts";
import { training } from "./training.ts";
import type { DataSummary } from "./worker/summary.ts";

/** The examples: where they come from, and what was found in them. */
export function DataPanel() {
  const messages = useMessages(MESSAGES);
  const hint = useId();
  const isBusy = training.value?.isRunning ?? false;
  return (
    <section class="card stack data">
      <h2>{messages.data}</h2>
      <p class="quiet" id={hint}>
        {messages.dataHint[goal.value]}
      </p>
      <textarea
        aria-label={messages.lines}
        aria-describedby={hint}
        placeholder={messages.placeholder[goal.value]}
        dir="auto"
        spellcheck={false}
        rows={5}
        disabled={isBusy}
        value={typed.value}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
      />
      <div class="row start">
        <FileButton accept={FILE_KINDS} multiple disabled={isBusy} onFiles={addFiles}>
          {messages.pick}
        </FileButton>
        <span class="small quiet" role="status">
          {reading.value
            ? messages.readingLines
            : summary.value === undefined
              ? ""
              : messages.count(summary.value.count)}
        </span>
      </div>
      {files.value.length > 0 && (
        <ul class="files">
          {files.value.map((file) => (
            <li key={file} class="row start">
              <span class="file-name">{printable(file.name)}</span>
              <button
                type="button"
                class="plain"
                disabled={isBusy}
                aria-label={messages.removeFile(printable(file.name))}
                onClick={() => removeFile(file)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      {dataError.value !== undefined && <Notice error={dataError.value} />}
      {summary.value && <Found found={summary.value} />}
    </section>
  );
}

const FEW_LABELS = 12;

function Found({ found }: { readonly found: DataSummary }) {
  const messages = useMessages(MESSAGES);
  const { labels, problems, problemCount, preview } = found;
  const [all, cut] = [tokens.value, tokens.value?.cut ?? 0];
  return (
    <>
      {all && (
        <p class="small quiet" data-testid="tokens">
          {messages.tokens(all.total, all.longest)}
          {cut > 0 && ` · ${messages.cut(cut)}`}
        </p>
      )}
      {labels.length > 0 && (
        <div class="row start" role="group" aria-label={messages.labels}>
          {labels.slice(0, FEW_LABELS).map(({ label, count }) => (
            <span key={label} class="label-count">
              <span class="label">{printable(label)}</span> <span class="quiet figures">{formatCount(count)}</span>
            </span>
          ))}
          {labels.length > FEW_LABELS && <span class="small quiet">{messages.more(labels.length - FEW_LABELS)}</span>}
        </div>
      )}
      {preview.length > 0 && (
        <details class="small">
          <summary class="quiet">{messages.first}</summary>
          <ol class="preview">
            {preview.map((parts, i) => (
              <li key={i}>
                {parts.map((part, j) => (
                  <span key={j} class="part">
                    {printable(part)}
                  </span>
                ))}
              </li>
            ))}
          </ol>
        </details>
      )}
      {problemCount > 0 && (
        <div class="notice problems" role="status">
          <div>
            <p>{messages.leftOut(problemCount)}</p>
            <ul class="small">
              {problems.map(({ name, line, kind, got }) => (
                <li key={`${name} ${line}`}>
                  <b>{messages.line(printable(name), line)}</b> {messages.problems[kind]}{" "}
                  {got !== "" && <span class="got">{printable(got)}</span>}
                </li>
              ))}
              {problemCount > problems.length && <li>{messages.more(problemCount - problems.length)}</li>}
            </ul>
          </div>
        </div>
      )}
    </>
  );
}
