import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { Plane, type Point } from "../../figures/Plane.tsx";
import { WeightBars } from "../../figures/WeightBars.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("why");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  plane: string;
  query: string;
  scale: string;
  weights: string;
  names: readonly string[];
}> = {
  en: {
    title: "A query among keys",
    hint: "Drag the orange query, or move it by the arrow keys. Each key takes as much of the answer as the query points its way.",
    plane: "Keys in a plane, and a query",
    query: "Query",
    scale: "Scale of the scores",
    weights: "Weight of each key",
    names: ["sea", "lake", "hill", "street", "house"],
  },
  ko: {
    title: "키들 사이의 질의",
    hint: "주황색 질의를 끌거나 화살표 키로 움직여 보세요. 질의가 가리키는 쪽에 있는 키일수록 답에서 큰 몫을 차지합니다.",
    plane: "평면 위의 키와 질의",
    query: "질의",
    scale: "점수의 배율",
    weights: "키마다의 가중치",
    names: ["바다", "호수", "언덕", "거리", "집"],
  },
};

const KEYS: readonly Point[] = [
  [0.9, 0.3],
  [0.6, 0.8],
  [-0.4, 0.9],
  [-0.8, -0.4],
  [0.2, -0.9],
];

/** A query to drag among keys of two numbers. */
export function QueryInPlane() {
  const messages = useMessages(MESSAGES);
  const [query, setQuery] = useState<Point>([0.5, 0.4]);
  const [scale, setScale] = useState(4);
  const weights = useComputed("weightsOf", query, KEYS, scale);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={<Slider label={messages.scale} value={scale} min={0} max={20} step={1} onChange={setScale} />}
    >
      {weights && (
        <div class="side-by-side">
          <Plane
            label={messages.plane}
            keys={KEYS.map((point, i) => ({ point, name: messages.names[i] ?? "", weight: weights[i] ?? 0 }))}
            query={query}
            queryLabel={messages.query}
            onMove={setQuery}
          />
          <WeightBars label={messages.weights} names={messages.names} weights={weights} />
        </div>
      )}
    </Figure>
  );
}
