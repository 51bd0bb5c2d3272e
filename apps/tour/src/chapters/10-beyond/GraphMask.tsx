import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("beyond");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  layers: string;
  matrix: string;
  names: readonly string[];
  said: (layers: string, name: string, reached: string) => string;
}> = {
  en: {
    title: "Friends as a mask",
    hint: "Press a cell to make or end a friendship; it goes both ways. Then add layers: news travels one friend a layer.",
    layers: "Layers",
    matrix: "Weights of each over their friends",
    names: ["Ann", "Ben", "Cho", "Dan", "Eve", "Fay"],
    said: (layers, name, reached) => `After ${layers} layers ${name} has heard of: ${reached}.`,
  },
  ko: {
    title: "마스크가 된 친구 관계",
    hint: "칸을 누르면 친구가 되거나 헤어집니다. 관계는 양쪽 모두에게 통합니다. 그다음 층을 더해 보세요. 소식은 층마다 친구 한 명만큼 갑니다.",
    layers: "층의 수",
    matrix: "저마다 친구에게 두는 가중치",
    names: ["안나", "보라", "철수", "다은", "은호", "하늘"],
    said: (layers, name, reached) => `층 ${layers}개를 지나면 소식을 들은 사람(${name}): ${reached}`,
  },
};

const SIZE = 6;
/** A chain: each knows the next. */
const CHAIN: readonly boolean[] = Array.from(
  { length: SIZE * SIZE },
  (_, i) => Math.abs(Math.floor(i / SIZE) - (i % SIZE)) <= 1,
);

/** A graph as the mask of attention, and how far news travels. */
export function GraphMask() {
  const messages = useMessages(MESSAGES);
  const [edges, setEdges] = useState(CHAIN);
  const [layers, setLayers] = useState(1);
  const weights = useComputed("neighbourWeights", edges, SIZE);
  const toggle = (cell: number) => {
    const [row, column] = [Math.floor(cell / SIZE), cell % SIZE];
    const both = new Set([cell, column * SIZE + row]);
    setEdges(edges.map((isThere, i) => (both.has(i) ? !isThere : isThere)));
  };
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={<Slider label={messages.layers} value={layers} min={0} max={6} step={1} onChange={setLayers} />}
    >
      {weights && (
        <>
          <WeightMatrix
            label={messages.matrix}
            rows={messages.names}
            columns={messages.names}
            values={weights}
            visible={edges}
            onToggle={toggle}
          />
          <p>
            {messages.said(
              `${layers}`,
              messages.names[0] ?? "",
              reached(edges, layers)
                .map((node) => messages.names[node])
                .join(", "),
            )}
          </p>
        </>
      )}
    </Figure>
  );
}

/** The nodes that the first one hears of through so many layers. */
function reached(edges: readonly boolean[], layers: number): number[] {
  let known = new Set([0]);
  for (let layer = 0; layer < layers; layer++) {
    const next = [...known].flatMap((node) =>
      Array.from({ length: SIZE }, (_, other) => other).filter((other) => edges[node * SIZE + other]),
    );
    known = new Set([...known, ...next]);
  }
  return [...known].sort((a, b) => a - b);
}
