import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("images");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  length: string;
  window: string;
  matrix: string;
  said: (kept: string, all: string, long: string) => string;
}> = {
  en: {
    title: "A window over a long sequence",
    hint: "Make the sequence longer, and the window narrower. What is crossed out is never computed.",
    length: "Length",
    window: "Places back",
    matrix: "Weights within the window",
    said: (kept, all, long) =>
      `${kept} of ${all} weights are computed. At a length of 4,096 it would be ${long} of all.`,
  },
  ko: {
    title: "긴 수열 위의 창",
    hint: "수열을 늘리고 창을 좁혀 보세요. ×로 지운 것은 계산하지 않습니다.",
    length: "길이",
    window: "뒤로 볼 자리",
    matrix: "창 안의 가중치",
    said: (kept, all, long) =>
      `가중치 ${all}개 가운데 ${kept}개를 계산합니다. 길이가 4,096이라면 전체의 ${long}입니다.`,
  },
};

const LONG = 4096;

/** A sliding window, and what it saves. */
export function WindowCost() {
  const messages = useMessages(MESSAGES);
  const [length, setLength] = useState(8);
  const [before, setBefore] = useState(2);
  const weights = useComputed("windowWeights", length, before);
  const names = Array.from({ length }, (_, i) => `${i + 1}`);
  const visible = Array.from({ length: length * length }, (_, i) => {
    const back = Math.floor(i / length) - (i % length);
    return back >= 0 && back <= before;
  });
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Slider label={messages.length} value={length} min={4} max={14} step={1} onChange={setLength} />
          <Slider label={messages.window} value={before} min={0} max={12} step={1} onChange={setBefore} />
        </>
      }
    >
      {weights?.length === length * length && (
        <>
          <WeightMatrix label={messages.matrix} rows={names} columns={names} values={weights} visible={visible} />
          <p class="figures">
            {messages.said(
              `${visible.filter(Boolean).length}`,
              `${length * length}`,
              `${((100 * (before + 1)) / LONG).toFixed(2)}%`,
            )}
          </p>
        </>
      )}
    </Figure>
  );
}
