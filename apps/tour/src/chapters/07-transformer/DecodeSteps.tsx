import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightBars } from "../../figures/WeightBars.tsx";
import type * as compute from "./compute.ts";
import { MODEL, sentence } from "./sentence.ts";
import { SentenceField } from "./SentenceField.tsx";

const useComputed = computing<typeof compute>("transformer");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  step: string;
  written: string;
  writes: string;
  weights: string;
  nothing: string;
}> = {
  en: {
    title: "A translation, token by token",
    hint: "The English-French model of this project runs in the page. Step through what it writes: the bars show where it looked before each token, over all heads.",
    step: "Step",
    written: "Written so far:",
    writes: "Writes now:",
    weights: "Weights over the source",
    nothing: "The model finds nothing to translate here. Type an English sentence.",
  },
  ko: {
    title: "토큰 하나씩 번역하기",
    hint: "이 프로젝트의 영어-프랑스어 모델이 페이지 안에서 돌아갑니다. 쓰는 과정을 한 단계씩 따라가 보세요. 막대는 토큰을 쓰기 전에 모든 헤드가 어디를 보았는지입니다.",
    step: "단계",
    written: "지금까지 쓴 것:",
    writes: "이제 쓸 것:",
    weights: "원문에 두는 가중치",
    nothing: "모델이 번역할 것을 찾지 못했습니다. 영어 문장을 입력하세요.",
  },
};

/** The shipped translator, step by step. */
export function DecodeSteps() {
  const messages = useMessages(MESSAGES);
  const [step, setStep] = useState(1);
  const found = useComputed("decode", MODEL as NonNullable<typeof MODEL>, sentence.value);
  const decoded = found === "nothing" ? undefined : found;
  const last = decoded?.target.length ?? 1;
  const at = Math.min(step, last);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <SentenceField />
          <Slider label={messages.step} value={at} min={1} max={Math.max(2, last)} step={1} onChange={setStep} />
        </>
      }
    >
      {found === "nothing" && <p>{messages.nothing}</p>}
      {decoded && (
        <>
          <p>
            {messages.written} <strong lang="fr">{decoded.target.slice(0, at - 1).join(" ") || "…"}</strong>
          </p>
          <p>
            {messages.writes}{" "}
            <strong class="now" lang="fr">
              {decoded.target[at - 1]}
            </strong>
          </p>
          <div lang="en">
            <WeightBars label={messages.weights} names={decoded.source} weights={meanOver(decoded, at - 1)} />
          </div>
        </>
      )}
    </Figure>
  );
}

/** The mean over all layers and heads of one row. */
function meanOver({ shape: [layers, heads, queries, keys], weights }: compute.Decoded, row: number): number[] {
  const all = layers * heads;
  return Array.from({ length: keys }, (_, key) => {
    let sum = 0;
    for (let head = 0; head < all; head++) sum += weights[(head * queries + row) * keys + key] ?? 0;
    return sum / all;
  });
}
