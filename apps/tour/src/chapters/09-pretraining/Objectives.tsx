import { Choice, type Messages, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("pretraining");

type Kind = "encoder" | "decoder" | "both";

const MESSAGES: Messages<{
  title: string;
  hint: string;
  kind: string;
  kinds: Record<Kind, string>;
  matrix: string;
  words: readonly string[];
  gap: string;
  said: Record<Kind, string>;
}> = {
  en: {
    title: "Three ways to learn from plain text",
    hint: "Choose a kind of model: what may each word look at, and what is it asked?",
    kind: "Kind of model",
    kinds: { encoder: "Encoder", decoder: "Decoder", both: "Both" },
    matrix: "Who may look at whom",
    words: ["the", "dog", "sleeps", "in", "the", "sun"],
    gap: "[?]",
    said: {
      encoder: "Everybody sees everybody. Some words are hidden, and the model guesses them from both sides (BERT).",
      decoder: "Each sees the past, and each place guesses the next word: six questions in one sentence (GPT).",
      both: "An encoder reads the first three words from both sides; a decoder writes on from them (T5, BART, translators).",
    },
  },
  ko: {
    title: "글만 가지고 배우는 세 가지 방법",
    hint: "모델의 종류를 골라 보세요. 단어마다 무엇을 볼 수 있고, 무엇을 질문받을까요?",
    kind: "모델의 종류",
    kinds: { encoder: "인코더", decoder: "디코더", both: "둘 다" },
    matrix: "누가 누구를 볼 수 있는가",
    words: ["그", "개가", "잔다", "따뜻한", "햇볕", "아래"],
    gap: "[?]",
    said: {
      encoder: "모두가 모두를 봅니다. 몇 단어를 가리고, 모델이 양쪽을 보고 맞힙니다(BERT).",
      decoder: "저마다 과거를 보고, 자리마다 다음 단어를 맞힙니다. 한 문장에 질문이 여섯입니다(GPT).",
      both: "인코더가 앞의 세 단어를 양쪽으로 읽고, 디코더가 이어서 씁니다(T5, BART, 번역기).",
    },
  },
};

const SIZE = 6;
const VISIBLE: Readonly<Record<Kind, (row: number, column: number) => boolean>> = {
  encoder: () => true,
  decoder: (row, column) => column <= row,
  both: (row, column) => column < SIZE / 2 || column <= row,
};
const HIDDEN: Readonly<Record<Kind, readonly number[]>> = { encoder: [1, 4], decoder: [], both: [] };

/** What words see in each kind of pre-training. */
export function Objectives() {
  const messages = useMessages(MESSAGES);
  const [kind, setKind] = useState<Kind>("encoder");
  const visible = Array.from({ length: SIZE * SIZE }, (_, i) => VISIBLE[kind](Math.floor(i / SIZE), i % SIZE));
  const weights = useComputed("weightsUnder", visible, SIZE);
  const names = messages.words.map((word, i) => (HIDDEN[kind].includes(i) ? messages.gap : word));
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <Choice
          label={messages.kind}
          options={(["encoder", "decoder", "both"] as const).map((value) => ({ value, label: messages.kinds[value] }))}
          value={kind}
          onChoose={setKind}
        />
      }
    >
      {weights && (
        <>
          <WeightMatrix label={messages.matrix} rows={names} columns={names} values={weights} visible={visible} />
          <p>{messages.said[kind]}</p>
        </>
      )}
    </Figure>
  );
}
