import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightBars } from "../../figures/WeightBars.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("beyond");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  draws: string;
  scale: string;
  soft: string;
  taken: string;
  key: (n: string) => string;
}> = {
  en: {
    title: "One place at a time",
    hint: "Soft attention takes a little of every key; hard attention draws one. Draw more often, and the shares come near the weights.",
    draws: "Draws",
    scale: "Scale of the scores",
    soft: "Soft: the weights",
    taken: "Hard: how often each was drawn",
    key: (n) => `key ${n}`,
  },
  ko: {
    title: "한 번에 한 곳",
    hint: "부드러운 어텐션은 모든 키를 조금씩 쓰고, 하드 어텐션은 하나를 뽑습니다. 더 많이 뽑을수록 비율이 가중치에 가까워집니다.",
    draws: "뽑은 횟수",
    scale: "점수의 배율",
    soft: "소프트: 가중치",
    taken: "하드: 저마다 뽑힌 비율",
    key: (n) => `키 ${n}`,
  },
};

/** Draws from the weights beside the weights themselves. */
export function HardChoice() {
  const messages = useMessages(MESSAGES);
  const [power, setPower] = useState(2);
  const [scale, setScale] = useState(1);
  const draws = 2 ** power;
  const found = useComputed("drawn", draws, scale);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Slider
            label={messages.draws}
            value={power}
            min={0}
            max={11}
            step={1}
            shown={`${draws}`}
            onChange={setPower}
          />
          <Slider label={messages.scale} value={scale} min={0} max={4} step={0.5} onChange={setScale} />
        </>
      }
    >
      {found && (
        <div class="side-by-side">
          {(["soft", "taken"] as const).map((kind) => (
            <div key={kind} class="stack">
              <p>{messages[kind]}</p>
              <WeightBars
                label={messages[kind]}
                names={found[kind].map((_, i) => messages.key(`${i + 1}`))}
                weights={found[kind]}
              />
            </div>
          ))}
        </div>
      )}
    </Figure>
  );
}
