import { Choice, type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightBars } from "../../figures/WeightBars.tsx";
import type { ScoreName } from "./compute.ts";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("scores");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  score: string;
  scores: Record<ScoreName, string>;
  width: string;
  weights: string;
  key: (number: string) => string;
  most: (share: string) => string;
}> = {
  en: {
    title: "Why the scores are scaled",
    hint: "One random query, six random keys. Make the vectors wider, under each score.",
    score: "Score",
    scores: { dot: "Dot", scaled: "Scaled dot", cosine: "Cosine", distance: "Distance" },
    width: "Width of the vectors",
    weights: "Weight of each key",
    key: (number) => `key ${number}`,
    most: (share) => `The strongest key has ${share} of the weight.`,
  },
  ko: {
    title: "점수를 나누는 까닭",
    hint: "무작위 질의 하나와 무작위 키 여섯 개입니다. 점수마다 벡터의 너비를 늘려 보세요.",
    score: "점수",
    scores: { dot: "내적", scaled: "나눈 내적", cosine: "코사인", distance: "거리" },
    width: "벡터의 너비",
    weights: "키마다의 가중치",
    key: (number) => `키 ${number}`,
    most: (share) => `가장 강한 키의 가중치는 ${share}입니다.`,
  },
};

const WIDTHS = [2, 4, 8, 16, 32, 64, 128, 256, 512];
const KEYS = 6;

/** A score and the width of vectors, and how sharp the weights become. */
export function ScoreKinds() {
  const messages = useMessages(MESSAGES);
  const [score, setScore] = useState<ScoreName>("dot");
  const [power, setPower] = useState(1);
  const width = WIDTHS[power - 1] ?? 2;
  const weights = useComputed("randomWeights", score, width, KEYS);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Choice
            label={messages.score}
            options={(["dot", "scaled", "cosine", "distance"] as const).map((value) => ({
              value,
              label: messages.scores[value],
            }))}
            value={score}
            onChoose={setScore}
          />
          <Slider
            label={messages.width}
            shown={`${width}`}
            value={power}
            min={1}
            max={WIDTHS.length}
            step={1}
            onChange={setPower}
          />
        </>
      }
    >
      {weights && (
        <>
          <WeightBars
            label={messages.weights}
            names={weights.map((_, i) => messages.key(`${i + 1}`))}
            weights={weights}
          />
          <p class="figures">{messages.most(`${(100 * Math.max(...weights)).toFixed(1)}%`)}</p>
        </>
      )}
    </Figure>
  );
}
