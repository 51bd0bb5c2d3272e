import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("scores");

const MESSAGES: Messages<{ title: string; hint: string; length: string; matrix: string; words: readonly string[] }> = {
  en: {
    title: "A valid length",
    hint: "Sentences of one batch are filled up to the same length. Shorten this one: the filling gets no weight, and the rows sum to one again.",
    length: "Valid length",
    matrix: "Weights of each word over each word",
    words: ["the", "dog", "sleeps", "today"],
  },
  ko: {
    title: "유효 길이",
    hint: "한 묶음의 문장들은 같은 길이가 되도록 채워 넣습니다. 이 문장을 줄여 보세요. 채운 자리는 가중치를 받지 못하고, 행의 합은 다시 1이 됩니다.",
    length: "유효 길이",
    matrix: "단어마다 각 단어에 두는 가중치",
    words: ["그", "개가", "오늘", "잔다"],
  },
};

const SIZE = 6;

/** The note's own `DotProductAttention`, with a length to pull. */
export function ValidLengths() {
  const messages = useMessages(MESSAGES);
  const [length, setLength] = useState(4);
  const weights = useComputed("weightsOfLength", SIZE, length);
  const names = Array.from({ length: SIZE }, (_, i) => messages.words[i] ?? "–");
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={<Slider label={messages.length} value={length} min={0} max={SIZE} step={1} onChange={setLength} />}
    >
      {weights && (
        <WeightMatrix
          label={messages.matrix}
          rows={names}
          columns={names}
          values={weights}
          visible={Array.from({ length: SIZE * SIZE }, (_, i) => i % SIZE < length)}
        />
      )}
    </Figure>
  );
}
