import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { MiniMatrix } from "../../figures/HeadGrid.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("pretraining");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  rank: string;
  side: string;
  picture: string;
  said: (adapter: string, matrix: string, share: string) => string;
}> = {
  en: {
    title: "A change of low rank",
    hint: "Raise the rank: from one pattern of rows and columns to a change that could be anything. The number of weights to train grows with it.",
    rank: "Rank",
    side: "Side of the matrix",
    picture: "Sizes of a change of this rank",
    said: (adapter, matrix, share) => `${adapter} numbers to train in place of ${matrix}: ${share}.`,
  },
  ko: {
    title: "랭크가 낮은 변화",
    hint: "랭크를 올려 보세요. 행과 열의 무늬 하나에서 무엇이든 될 수 있는 변화로 갑니다. 학습하는 가중치의 수도 그만큼 늘어납니다.",
    rank: "랭크",
    side: "행렬의 한 변",
    picture: "이 랭크의 변화가 얼마나 큰지",
    said: (adapter, matrix, share) => `수 ${matrix}개 대신 ${adapter}개를 학습합니다: ${share}.`,
  },
};

const SHOWN = 24;

/** An adapter's rank, what such a change looks like, and what it costs. */
export function LowRank() {
  const messages = useMessages(MESSAGES);
  const [rank, setRank] = useState(1);
  const [power, setPower] = useState(9);
  const side = 2 ** power;
  const picture = useComputed("change", SHOWN, rank);
  const size = useComputed("adapterSize", side, rank);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Slider label={messages.rank} value={rank} min={1} max={16} step={1} onChange={setRank} />
          <Slider label={messages.side} value={power} min={6} max={11} step={1} shown={`${side}`} onChange={setPower} />
        </>
      }
    >
      {picture && size !== undefined && (
        <>
          <div class="pictures one" role="img" aria-label={messages.picture}>
            <MiniMatrix weights={picture} keys={SHOWN} />
          </div>
          <p class="figures">
            {messages.said(`${size}`, `${side * side}`, `${((100 * size) / (side * side)).toFixed(2)}%`)}
          </p>
        </>
      )}
    </Figure>
  );
}
