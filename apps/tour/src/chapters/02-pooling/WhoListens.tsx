import { Choice, type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { CurvePlot } from "../../figures/CurvePlot.tsx";
import { Figure } from "../../figures/Figure.tsx";
import type { KernelName } from "./compute.ts";
import { KERNEL_MESSAGES, KERNEL_NAMES } from "./kernelMessages.ts";
import { MEASURED, PLACES } from "./measurements.ts";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("pooling");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  plot: string;
  query: string;
  answer: (value: string) => string;
  sum: (sum: string, count: string) => string;
}> = {
  en: {
    title: "Whom one place listens to",
    hint: "Move the query. Each measurement is drawn as large as its weight; the dot of the other colour is the answer.",
    plot: "Measurements, each as large as its weight, and the answer at the query",
    query: "Place of the query",
    answer: (value) => `Answer: ${value}`,
    sum: (sum, count) => `The weights sum to ${sum}; ${count} measurements have more than 1% of it.`,
  },
  ko: {
    title: "한 자리가 누구 말을 듣는가",
    hint: "질의를 옮겨 보세요. 측정값은 저마다 가중치만큼 크게 그려지고, 답은 다른 색 점입니다.",
    plot: "가중치만큼 큰 측정값과 질의 자리의 답",
    query: "질의의 자리",
    answer: (value) => `답: ${value}`,
    sum: (sum, count) => `가중치의 합은 ${sum}이고, 그중 1%보다 큰 몫을 가진 측정값은 ${count}개입니다.`,
  },
};

/** A query over the measurements, and the weight that each has there. */
export function WhoListens() {
  const [messages, names] = [useMessages(MESSAGES), useMessages(KERNEL_MESSAGES)];
  const [place, setPlace] = useState(2.5);
  const [kernel, setKernel] = useState<KernelName>("gaussian");
  const [width, setWidth] = useState(0.5);
  const found = useComputed("weightsAt", place, kernel, width);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Choice
            label={names.kernel}
            options={KERNEL_NAMES.map((value) => ({ value, label: names.kernels[value] }))}
            value={kernel}
            onChoose={setKernel}
          />
          <Slider label={messages.query} value={place} min={0} max={5} step={0.1} onChange={setPlace} />
          <Slider label={names.width} value={width} min={0.1} max={3} step={0.1} onChange={setWidth} />
        </>
      }
    >
      {found && (
        <>
          <CurvePlot
            label={messages.plot}
            x={[0, 5]}
            y={[-1, 6]}
            at={place}
            curves={[
              {
                name: names.measured,
                points: PLACES.map((x, i) => [x, MEASURED[i] ?? 0] as const),
                isDots: true,
                sizes: found.weights,
              },
              { name: messages.answer(found.answer.toFixed(2)), points: [[place, found.answer]], isDots: true },
            ]}
          />
          <p class="figures">
            {messages.sum(
              found.weights.reduce((sum, weight) => sum + weight, 0).toFixed(3),
              `${found.weights.filter((weight) => weight > 0.01).length}`,
            )}
          </p>
        </>
      )}
    </Figure>
  );
}
