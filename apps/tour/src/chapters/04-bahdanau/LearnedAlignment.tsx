import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("bahdanau");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  steps: string;
  matrix: string;
  target: (n: string) => string;
  source: (n: string) => string;
}> = {
  en: {
    title: "An alignment that is learned",
    hint: "Pull the steps of training: from even weights to one word each. The translation runs backwards, so the weights end on the other diagonal.",
    steps: "Steps of training",
    matrix: "Weights of each target word over the source words",
    target: (n) => `target ${n}`,
    source: (n) => `source ${n}`,
  },
  ko: {
    title: "학습되는 정렬",
    hint: "학습 단계를 당겨 보세요. 고른 가중치가 저마다 한 단어로 모입니다. 번역이 거꾸로 가므로 가중치는 반대쪽 대각선에서 끝납니다.",
    steps: "학습 단계",
    matrix: "번역 단어마다 원문 단어에 두는 가중치",
    target: (n) => `번역 ${n}`,
    source: (n) => `원문 ${n}`,
  },
};

const STEPS_EACH = 4;
const PLACES = ["1", "2", "3", "4", "5"];

/** An additive score trains in the page, and its weights at any step of it. */
export function LearnedAlignment() {
  const messages = useMessages(MESSAGES);
  const [round, setRound] = useState(0);
  const weights = useComputed("alignmentAfter", round);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <Slider
          label={messages.steps}
          shown={`${STEPS_EACH * round}`}
          value={round}
          min={0}
          max={10}
          step={1}
          onChange={setRound}
        />
      }
    >
      {weights && (
        <WeightMatrix
          label={messages.matrix}
          rows={PLACES.map(messages.target)}
          columns={PLACES.map(messages.source)}
          values={weights}
        />
      )}
    </Figure>
  );
}
