import { Choice, type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { CurvePlot } from "../../figures/CurvePlot.tsx";
import { Figure } from "../../figures/Figure.tsx";
import type { KernelName } from "./compute.ts";
import { KERNEL_MESSAGES, KERNEL_NAMES } from "./kernelMessages.ts";
import { GRID, MEASURED, PLACES, truth } from "./measurements.ts";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("pooling");

const MESSAGES: Messages<{ title: string; hint: string; plot: string; error: (value: string) => string }> = {
  en: {
    title: "A curve through measurements",
    hint: "Pull the width: too narrow and the curve follows every error, too wide and it forgets where it is.",
    plot: "Measurements, the true curve, and the curve that the kernel gives",
    error: (value) => `Mean squared distance from the truth: ${value}`,
  },
  ko: {
    title: "측정값을 지나는 곡선",
    hint: "폭을 당겨 보세요. 너무 좁으면 곡선이 오차까지 따라가고, 너무 넓으면 어디에 있는지를 잊습니다.",
    plot: "측정값, 참 곡선, 커널이 주는 곡선",
    error: (value) => `참값과의 평균 제곱 거리: ${value}`,
  },
};

/** A kernel and its width, and the curve that they give. */
export function FourKernels() {
  const [messages, names] = [useMessages(MESSAGES), useMessages(KERNEL_MESSAGES)];
  const [kernel, setKernel] = useState<KernelName>("gaussian");
  const [width, setWidth] = useState(0.5);
  const curve = useComputed("curveOf", kernel, width);
  const error = curve && curve.reduce((sum, y, i) => sum + (y - truth(GRID[i] ?? 0)) ** 2, 0) / curve.length;
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
          <Slider label={names.width} value={width} min={0.1} max={3} step={0.1} onChange={setWidth} />
        </>
      }
    >
      {curve && (
        <>
          <CurvePlot
            label={messages.plot}
            x={[0, 5]}
            y={[-1, 6]}
            curves={[
              { name: names.pooled, points: curve.map((y, i) => [GRID[i] ?? 0, y] as const) },
              { name: names.measured, points: PLACES.map((x, i) => [x, MEASURED[i] ?? 0] as const), isDots: true },
              { name: names.truth, points: GRID.map((x) => [x, truth(x)] as const) },
            ]}
          />
          <p class="figures">{messages.error((error ?? 0).toFixed(3))}</p>
        </>
      )}
    </Figure>
  );
}
