import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { CurvePlot } from "../../figures/CurvePlot.tsx";
import { Figure } from "../../figures/Figure.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("bahdanau");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  plot: string;
  length: string;
  scale: string;
  mean: string;
  attention: string;
  said: (length: string, mean: string, attention: string) => string;
}> = {
  en: {
    title: "One vector, or a look at every word",
    hint: "How near the decoder's context is to the word that it needs. Make the sentence longer, and the attention sharper.",
    plot: "Nearness of the context to the wanted word, by length",
    length: "Words of the sentence",
    scale: "Sharpness of the attention",
    mean: "one vector for all",
    attention: "attention",
    said: (length, mean, attention) =>
      `At ${length} words: one vector ${mean}, attention ${attention} (1 is the word itself).`,
  },
  ko: {
    title: "벡터 하나, 또는 모든 단어 보기",
    hint: "디코더의 맥락이 필요한 단어에 얼마나 가까운지입니다. 문장을 늘리고 어텐션을 날카롭게 해 보세요.",
    plot: "문장 길이에 따라 맥락이 원하는 단어에 얼마나 가까운지",
    length: "문장의 단어 수",
    scale: "어텐션의 날카로움",
    mean: "모두를 담은 벡터 하나",
    attention: "어텐션",
    said: (length, mean, attention) =>
      `단어 ${length}개일 때 벡터 하나는 ${mean}, 어텐션은 ${attention}입니다(단어 자체가 1).`,
  },
};

const MOST = 20;

/** What is left of a word in a mean over the sentence, and in attention. */
export function Bottleneck() {
  const messages = useMessages(MESSAGES);
  const [length, setLength] = useState(8);
  const [scale, setScale] = useState(4);
  const found = useComputed("nearness", MOST, scale);
  const points = (values: readonly number[]) => values.map((value, i) => [i + 1, value] as const);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Slider label={messages.length} value={length} min={1} max={MOST} step={1} onChange={setLength} />
          <Slider label={messages.scale} value={scale} min={0} max={12} step={1} onChange={setScale} />
        </>
      }
    >
      {found && (
        <>
          <CurvePlot
            label={messages.plot}
            x={[1, MOST]}
            y={[0, 1.05]}
            at={length}
            curves={[
              { name: messages.attention, points: points(found.attention) },
              { name: messages.mean, points: points(found.mean) },
            ]}
          />
          <p class="figures">
            {messages.said(
              `${length}`,
              (found.mean[length - 1] ?? 0).toFixed(2),
              (found.attention[length - 1] ?? 0).toFixed(2),
            )}
          </p>
        </>
      )}
    </Figure>
  );
}
