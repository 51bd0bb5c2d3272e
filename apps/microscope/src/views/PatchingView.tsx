import { Choice, formatCount, Picture, useMessages } from "@qkv/app-shell";
import type { PatchKind, SideName } from "@qkv/microscope";
import { printable, signedHeatMap } from "@qkv/visualize";
import { useState } from "preact/hooks";
import { AnswerBox } from "../AnswerBox.tsx";
import { worker } from "../connection.ts";
import { MESSAGES } from "../messages.ts";
import { subject } from "../models.ts";
import { other, target } from "../texts.ts";
import { useAsked } from "../useAsked.ts";
import type { PairRefusal, Patched } from "../worker/patching.ts";
import type { Reading } from "../worker/readText.ts";

const KINDS = ["residual", "attention", "feedForward", "heads"] as const satisfies readonly PatchKind[];

/** What of another text moves the answer, and where. */
export function PatchingView({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const stacks = subject.value?.outline.stacks ?? [];
  const [kind, setKind] = useState<(typeof KINDS)[number]>("residual");
  const [side, setSide] = useState<SideName>(stacks[0]?.name ?? "decoder");
  const [asks, setAsks] = useState({ text: other.value, target: target.value });
  const asked = useAsked<Patched | PairRefusal>(
    [reading, asks, kind, side],
    (onProgress) => worker.patch(reading, asks, { kind, side }, onProgress),
    true,
  );
  const submit = (event: Event) => {
    event.preventDefault();
    setAsks({ text: other.value, target: target.value });
  };
  return (
    <>
      <form class="row start" onSubmit={submit}>
        <label class="other">
          <span>{messages.otherText}</span>
          <input
            type="text"
            dir="auto"
            spellcheck={false}
            autocomplete="off"
            value={other.value}
            onInput={({ currentTarget }) => (other.value = currentTarget.value)}
          />
        </label>
        <button type="submit">{messages.patch}</button>
      </form>
      <div class="row start">
        <Choice
          label={messages.patched}
          options={KINDS.map((value) => ({ value, label: messages.patches[value] }))}
          value={kind}
          onChoose={setKind}
        />
        {stacks.length > 1 && (
          <Choice
            label={messages.side}
            options={stacks.map(({ name }) => ({ value: name, label: messages.sides[name] }))}
            value={side}
            onChoose={setSide}
          />
        )}
      </div>
      <AnswerBox asked={asked}>
        {(found) => ("refused" in found ? <Refused why={found} /> : <Patches found={found} kind={kind} />)}
      </AnswerBox>
    </>
  );
}

function Refused({ why }: { readonly why: PairRefusal }) {
  const messages = useMessages(MESSAGES);
  const sentences = {
    empty: () => messages.empty,
    long: (of: { tokens: number; most: number }) => messages.long(formatCount(of.tokens), formatCount(of.most)),
    lengths: (of: { base: number; source: number }) => messages.lengths(formatCount(of.base), formatCount(of.source)),
    same: () => messages.same,
  };
  return <p data-testid="unpaired">{sentences[why.refused](why as never)}</p>;
}

function Patches({ found, kind }: { readonly found: Patched; readonly kind: PatchKind }) {
  const messages = useMessages(MESSAGES);
  const { rows, columns, values, tokens, answers, base, source } = found;
  const places = Array.from({ length: columns }, (_, i) => {
    if (kind === "heads") return `${messages.head} ${i}`;
    const [was, is] = [tokens.base[i] ?? "", tokens.source[i] ?? ""];
    return was === is ? was : `${was} ← ${is}`;
  });
  return (
    <>
      <p data-testid="pair">
        {messages.moves(
          printable(answers.base.label),
          printable(answers.source.label),
          base.toFixed(2),
          source.toFixed(2),
        )}
      </p>
      <Picture
        label={messages.views.patching.title}
        svg={signedHeatMap({
          rows: Array.from({ length: rows }, (_, i) => `${messages.layer} ${i}`),
          ...{ columns: places, values, full: 1 },
        })}
      />
    </>
  );
}
