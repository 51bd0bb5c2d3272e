import { Choice, useMessages } from "@qkv/app-shell";
import { useEffect, useId, useState } from "preact/hooks";
import { route, sharedHref } from "../route.ts";
import { packCode, unpackCode } from "./packCode.ts";
import { MESSAGES } from "./programMessages.ts";
import type { RunSize } from "./runMessages.ts";
import { RunOutput } from "./RunOutput.tsx";
import { SourceView } from "./SourceView.tsx";
import { useRun } from "./useRun.ts";

interface ProgramRunnerProps {
  readonly chapter: string;
  readonly name: string;
  /** The program as it stands in the book. */
  readonly original: string;
}

/** A program of the book: to read, to change, and to run in the page. */
export function ProgramRunner({ chapter, name, original }: ProgramRunnerProps) {
  const messages = useMessages(MESSAGES);
  const [code, setCode] = useState(original);
  const [isEditing, setEditing] = useState(false);
  const [visit, setVisit] = useState(0);
  const hasSizes = /\bpreset\(/.test(original);
  const [size, setSize] = useState<RunSize>(hasSizes ? "tiny" : "full");
  const [note, setNote] = useState<"shared" | "notShared" | "fromLink" | "badLink">();
  const { state, start, stop, clear } = useRun();
  const heading = useId();
  const isBusy = state.stage === "preparing" || state.stage === "running";
  const wrongLine = state.failure?.line;

  useEffect(() => {
    const { shared } = route.value;
    if (shared?.program !== name) return;
    const open = async () => {
      const unpacked = await unpackCode(shared.code);
      setCode(unpacked);
      setNote(unpacked === original ? undefined : "fromLink");
    };
    open().catch(() => setNote("badLink"));
  }, []);

  const reset = () => {
    clear();
    setNote(undefined);
    setCode(original);
  };
  const share = async () => {
    const address = sharedHref(chapter, name, await packCode(code));
    history.replaceState(null, "", address);
    const copied = await navigator.clipboard.writeText(address).then(
      () => true,
      () => false,
    );
    setNote(copied ? "shared" : "notShared");
  };
  return (
    <section class="card stack program" aria-labelledby={heading}>
      <h2 id={heading}>{messages.program(name)}</h2>
      {note !== undefined && <p class={note === "badLink" ? "wrong" : "quiet"}>{messages[note]}</p>}
      <SourceView
        name={name}
        code={code}
        isEditing={isEditing}
        wrongLine={wrongLine}
        visit={visit}
        onEdit={(text) => setCode(text)}
      />
      <div class="row start">
        {isBusy ? (
          <button type="button" onClick={stop}>
            {messages.stop}
          </button>
        ) : (
          <button type="button" class="main" onClick={() => start(code, size)}>
            {messages.run}
          </button>
        )}
        {!isEditing && (
          <button type="button" onClick={() => setEditing(true)}>
            {messages.edit}
          </button>
        )}
        <button type="button" disabled={code === original && state.stage === "idle"} onClick={reset}>
          {messages.reset}
        </button>
        <button type="button" disabled={code === original} onClick={() => void share()}>
          {messages.share}
        </button>
        {hasSizes && (
          <Choice
            label={messages.size}
            options={(["tiny", "full"] as const).map((value) => ({ value, label: messages.sizes[value] }))}
            value={size}
            onChoose={setSize}
          />
        )}
      </div>
      {isEditing && <p class="quiet small">{messages.leave}</p>}
      <p role="status" class={state.stage === "idle" ? "unseen" : "quiet"} data-testid="stage">
        {state.stage === "idle" || state.stage === "failed" ? "" : messages[state.stage]}
      </p>
      {state.failure && (
        <div class="notice" role="alert">
          <p>
            {wrongLine !== undefined && <strong>{messages.line(`${wrongLine}`)}</strong>}
            {messages.failure(state.failure)}
          </p>
          {wrongLine !== undefined && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                setEditing(true);
                setVisit(visit + 1);
              }}
            >
              {messages.goTo(`${wrongLine}`)}
            </button>
          )}
        </div>
      )}
      <RunOutput name={name} state={state} />
    </section>
  );
}
