import { type Messages, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { HeadGrid } from "../../figures/HeadGrid.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";
import { MODEL, sentence } from "./sentence.ts";

const useComputed = computing<typeof compute>("transformer");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  heads: string;
  head: (layer: string, head: string) => string;
  matrix: string;
  nothing: string;
}> = {
  en: {
    title: "Every head of the decoder",
    hint: "The same translation, head by head. Choose one: some align words, some look at the end of the sentence all the time.",
    heads: "Head to look at",
    head: (layer, head) => `layer ${layer}, head ${head}`,
    matrix: "Weights of each French token over the English ones",
    nothing: "There is nothing to look at. Type an English sentence above.",
  },
  ko: {
    title: "디코더의 모든 헤드",
    hint: "같은 번역을 헤드마다 봅니다. 하나를 골라 보세요. 단어를 맞추는 헤드도 있고, 줄곧 문장 끝만 보는 헤드도 있습니다.",
    heads: "들여다볼 헤드",
    head: (layer, head) => `층 ${layer}, 헤드 ${head}`,
    matrix: "프랑스어 토큰마다 영어 토큰에 두는 가중치",
    nothing: "볼 것이 없습니다. 위에 영어 문장을 입력하세요.",
  },
};

/** The cross-attention of each head. */
export function ModelHeads() {
  const messages = useMessages(MESSAGES);
  const [chosen, setChosen] = useState(0);
  const found = useComputed("decode", MODEL as NonNullable<typeof MODEL>, sentence.value);
  const decoded = found === "nothing" ? undefined : found;
  const [layers = 0, heads = 1, queries = 0, keys = 0] = decoded?.shape ?? [];
  const size = queries * keys;
  const maps = Array.from({ length: layers * heads }, (_, i) => decoded?.weights.slice(i * size, (i + 1) * size) ?? []);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        decoded && (
          <HeadGrid
            label={messages.heads}
            heads={maps}
            keys={keys}
            nameOf={(i) => messages.head(`${Math.floor(i / heads) + 1}`, `${(i % heads) + 1}`)}
            isPressed={(i) => i === chosen}
            onPress={setChosen}
          />
        )
      }
    >
      {found === "nothing" && <p>{messages.nothing}</p>}
      {decoded && (
        <div lang="fr">
          <WeightMatrix
            label={messages.matrix}
            rows={decoded.target}
            columns={decoded.source}
            values={maps[chosen] ?? []}
          />
        </div>
      )}
    </Figure>
  );
}
