import { Choice, language, Picture, useMessages } from "@qkv/app-shell";
import { ATTENTION_IN, AttentionView } from "@qkv/app-shell/attention";
import { HEAD_KINDS, type HeadKind, type HeadScores, type SideName, strongestHeads } from "@qkv/microscope";
import { heatMap } from "@qkv/visualize";
import { useMemo, useState } from "preact/hooks";
import { AnswerBox } from "../AnswerBox.tsx";
import { chooseHead, chosenHead } from "../chosenHead.ts";
import { worker } from "../connection.ts";
import { MESSAGES } from "../messages.ts";
import { subject } from "../models.ts";
import { useAsked } from "../useAsked.ts";
import type { Reading } from "../worker/readText.ts";

/** How many of the greatest weights of a row are drawn at first. */
const FEW = 3;

/** Heads by what they attend to, and the attention of each. */
export function HeadsView({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const stacks = subject.value?.outline.stacks ?? [];
  const [kind, setKind] = useState<HeadKind>("previousToken");
  const [side, setSide] = useState<SideName>(stacks[0]?.name ?? "decoder");
  const [twice, setTwice] = useState(false);
  const scores = useAsked([reading, side, twice], () => worker.scores(reading, side, twice));
  const attention = useAsked([reading], () => worker.attention(reading));
  const head = chosenHead.value;
  const shown = useMemo(
    () =>
      head && { kind: head.attention === "cross" ? ("cross" as const) : head.side, layer: head.layer, head: head.head },
    [head],
  );
  const words = useMemo(() => {
    const own = ATTENTION_IN[language.value];
    const { attentions } = MESSAGES[language.value];
    const kinds = {
      encoder: attentions["encoder self"] ?? "",
      decoder: attentions["decoder self"] ?? "",
      cross: attentions["decoder cross"] ?? "",
    };
    return { ...own, kinds };
  }, [language.value]);
  return (
    <>
      <div class="row start">
        <Choice
          label={messages.kindOfHead}
          options={HEAD_KINDS.map((value) => ({ value, label: messages.kinds[value].name }))}
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
        <Choice
          label={messages.scoredOn}
          options={[
            { value: "text", label: messages.thisText },
            { value: "twice", label: messages.twice },
          ]}
          value={twice ? "twice" : "text"}
          onChoose={(on) => setTwice(on === "twice")}
        />
      </div>
      <p class="small quiet">{messages.kinds[kind].text}</p>
      <AnswerBox asked={scores}>
        {(found) => (
          <Scores
            found={found}
            kind={kind}
            onHead={(layer, at) => chooseHead({ side, attention: "self", layer, head: at })}
          />
        )}
      </AnswerBox>
      <h3>{messages.allHeads}</h3>
      <AnswerBox asked={attention}>
        {(record) => <AttentionView record={record} messages={words} top={FEW} head={shown} />}
      </AnswerBox>
    </>
  );
}

interface ScoresProps {
  readonly found: HeadScores;
  readonly kind: HeadKind;
  readonly onHead: (layer: number, head: number) => void;
}

function Scores({ found, kind, onHead }: ScoresProps) {
  const messages = useMessages(MESSAGES);
  const [best] = strongestHeads(found, kind, 1);
  const { layers, heads, scores } = found;
  const svg = heatMap({
    rows: Array.from({ length: layers }, (_, i) => `${messages.layer} ${i}`),
    columns: Array.from({ length: heads }, (_, i) => `${i}`),
    values: scores[kind],
  });
  if (best === undefined) return <p>{messages.noSuchKeys}</p>;
  return (
    <>
      <Picture svg={svg} label={messages.scoresLabel(messages.kinds[kind].name)} onCell={onHead} />
      <p class="row start">
        <span data-testid="strongest">{messages.strongest(best.layer, best.head, best.score.toFixed(2))}</span>
        <button type="button" onClick={() => onHead(best.layer, best.head)}>
          {messages.showHead}
        </button>
      </p>
    </>
  );
}
