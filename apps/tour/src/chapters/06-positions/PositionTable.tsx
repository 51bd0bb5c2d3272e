import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { CurvePlot } from "../../figures/CurvePlot.tsx";
import { Figure } from "../../figures/Figure.tsx";
import { MiniMatrix } from "../../figures/HeadGrid.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("positions");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  at: string;
  width: string;
  plot: string;
  nearness: string;
  encoding: string;
}> = {
  en: {
    title: "A position as a vector",
    hint: "Move the position. The curve is its dot product with every other position: greatest at home, and the same shape everywhere.",
    at: "Position",
    width: "Width of the encoding",
    plot: "Dot product of the position with all positions",
    nearness: "dot product with each position",
    encoding: "The encoding itself, from −1 (empty) to 1 (full):",
  },
  ko: {
    title: "벡터가 된 위치",
    hint: "위치를 옮겨 보세요. 곡선은 다른 모든 위치와의 내적입니다. 제자리에서 가장 크고, 모양은 어디에서나 같습니다.",
    at: "위치",
    width: "인코딩의 너비",
    plot: "이 위치와 모든 위치의 내적",
    nearness: "위치마다의 내적",
    encoding: "인코딩 자체, −1(빈 칸)에서 1(찬 칸)까지:",
  },
};

const COUNT = 48;

/** A sinusoidal encoding, and how it compares with the others. */
export function PositionTable() {
  const messages = useMessages(MESSAGES);
  const [at, setAt] = useState(12);
  const [width, setWidth] = useState(32);
  const found = useComputed("position", at, COUNT, width);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Slider label={messages.at} value={at} min={0} max={COUNT - 1} step={1} onChange={setAt} />
          <Slider label={messages.width} value={width} min={4} max={64} step={4} onChange={setWidth} />
        </>
      }
    >
      {found && (
        <>
          <CurvePlot
            label={messages.plot}
            x={[0, COUNT - 1]}
            y={[-1, 1.05]}
            at={at}
            curves={[{ name: messages.nearness, points: found.nearness.map((value, i) => [i, value] as const) }]}
          />
          <p class="quiet small">{messages.encoding}</p>
          <div class="strip">
            <MiniMatrix weights={found.encoding.map((value) => (value + 1) / 2)} keys={found.encoding.length} />
          </div>
        </>
      )}
    </Figure>
  );
}
