import { Choice, type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightBars } from "../../figures/WeightBars.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("why");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  who: string;
  scale: string;
  weights: string;
  answer: (year: string) => string;
  names: readonly string[];
}> = {
  en: {
    title: "A database that answers softly",
    hint: "Ask for a person, then pull the scale: at 0 everybody answers alike, far right only the one who was asked for.",
    who: "Who is asked for",
    scale: "Scale of the scores",
    weights: "Weight of each person",
    answer: (year) => `Answer: born in ${year}`,
    names: ["Ada", "Alan", "Grace", "Kurt"],
  },
  ko: {
    title: "부드럽게 답하는 데이터베이스",
    hint: "한 사람을 골라 묻고 배율을 당겨 보세요. 0에서는 모두가 똑같이 답하고, 오른쪽 끝에서는 물어본 사람만 답합니다.",
    who: "물어볼 사람",
    scale: "점수의 배율",
    weights: "사람마다의 가중치",
    answer: (year) => `답: ${year}년생`,
    names: ["에이다", "앨런", "그레이스", "쿠르트"],
  },
};

const BIRTHS = [1815, 1912, 1906, 1906];
const KEYS = BIRTHS.map((_, i) => BIRTHS.map((_, j) => Number(i === j)));

/** A query for a name, and the scale between the average and the lookup. */
export function SoftLookup() {
  const messages = useMessages(MESSAGES);
  const [who, setWho] = useState("0");
  const [scale, setScale] = useState(1);
  const weights = useComputed("weightsOf", KEYS[Number(who)] ?? [], KEYS, scale);
  const answer = weights?.reduce((sum, weight, i) => sum + weight * (BIRTHS[i] ?? 0), 0);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Choice
            label={messages.who}
            options={messages.names.map((label, i) => ({ value: `${i}`, label }))}
            value={who}
            onChoose={setWho}
          />
          <Slider label={messages.scale} value={scale} min={0} max={10} step={0.5} onChange={setScale} />
        </>
      }
    >
      {weights && answer !== undefined && (
        <>
          <WeightBars
            label={messages.weights}
            names={messages.names}
            weights={weights}
            values={BIRTHS.map((year) => `${year}`)}
          />
          <p>
            <strong class="figures">{messages.answer(answer.toFixed(1))}</strong>
          </p>
        </>
      )}
    </Figure>
  );
}
