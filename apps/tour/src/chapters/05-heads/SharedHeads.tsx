import { Choice, type Messages, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { HeadGrid } from "../../figures/HeadGrid.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("heads");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  sharing: string;
  kinds: Record<"4" | "2" | "1", string>;
  heads: string;
  head: (n: string) => string;
  matrix: (n: string) => string;
  remembered: (count: string) => string;
}> = {
  en: {
    title: "Heads that share what they look at",
    hint: "Let heads share keys and values, then look at one of them. Their queries stay their own, so their weights still differ.",
    sharing: "Keys and values",
    kinds: { 4: "Each its own", 2: "Shared by two", 1: "Shared by all" },
    heads: "Head to look at",
    head: (n) => `head ${n}`,
    matrix: (n) => `Weights of head ${n}`,
    remembered: (count) => `A decoder remembers ${count} numbers for these 6 words.`,
  },
  ko: {
    title: "보는 대상을 나누어 쓰는 헤드",
    hint: "헤드들이 키와 값을 나누어 쓰게 하고 그중 하나를 들여다보세요. 질의는 저마다 따로라서 가중치는 여전히 다릅니다.",
    sharing: "키와 값",
    kinds: { 4: "저마다 따로", 2: "둘씩 함께", 1: "모두 함께" },
    heads: "들여다볼 헤드",
    head: (n) => `헤드 ${n}`,
    matrix: (n) => `헤드 ${n}의 가중치`,
    remembered: (count) => `디코더는 이 단어 6개에 수 ${count}개를 기억합니다.`,
  },
};

const ALL = [true, true, true, true];
const PLACES = ["1", "2", "3", "4", "5", "6"];

/** Multi-head, grouped-query and multi-query attention. */
export function SharedHeads() {
  const messages = useMessages(MESSAGES);
  const [kind, setKind] = useState<"4" | "2" | "1">("4");
  const [head, setHead] = useState(0);
  const layer = useComputed("layerWith", ALL, Number(kind));
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <Choice
          label={messages.sharing}
          options={(["4", "2", "1"] as const).map((value) => ({ value, label: messages.kinds[value] }))}
          value={kind}
          onChoose={setKind}
        />
      }
    >
      {layer && (
        <>
          <p class="figures">{messages.remembered(`${layer.remembered}`)}</p>
          <HeadGrid
            label={messages.heads}
            heads={layer.heads}
            keys={PLACES.length}
            nameOf={(one) => messages.head(`${one + 1}`)}
            isPressed={(one) => one === head}
            onPress={setHead}
          />
          <WeightMatrix
            label={messages.matrix(`${head + 1}`)}
            rows={PLACES}
            columns={PLACES}
            values={layer.heads[head] ?? []}
          />
        </>
      )}
    </Figure>
  );
}
