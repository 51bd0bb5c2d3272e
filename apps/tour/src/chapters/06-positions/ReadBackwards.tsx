import { type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("positions");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  strength: string;
  changes: string;
  none: string;
  some: (share: string) => string;
  words: readonly string[];
}> = {
  en: {
    title: "The same sentence, backwards",
    hint: "Self-attention reads a sentence forwards and backwards. Add positions to the words and see when it notices.",
    strength: "Strength of the positions",
    changes: "Change of each word's output",
    none: "Nothing changes: without positions the two are the same sentence.",
    some: (share) => `The outputs change by ${share} on average.`,
    words: ["dogs", "chase", "small", "cats", "today"],
  },
  ko: {
    title: "거꾸로 읽은 같은 문장",
    hint: "셀프 어텐션이 문장을 앞뒤로 한 번씩 읽습니다. 단어에 위치를 더하면서 언제 알아차리는지 보세요.",
    strength: "위치의 세기",
    changes: "단어마다 출력이 달라진 정도",
    none: "아무것도 달라지지 않습니다. 위치가 없으면 둘은 같은 문장입니다.",
    some: (share) => `출력은 평균 ${share}만큼 달라집니다.`,
    words: ["개가", "오늘", "작은", "고양이를", "쫓는다"],
  },
};

/** What self-attention notices of the order of words. */
export function ReadBackwards() {
  const messages = useMessages(MESSAGES);
  const [strength, setStrength] = useState(0);
  const changes = useComputed("changesBackwards", messages.words.length, strength);
  const mean = changes && changes.reduce((sum, change) => sum + change, 0) / changes.length;
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <Slider label={messages.strength} value={strength} min={0} max={2} step={0.25} onChange={setStrength} />
      }
    >
      {changes && mean !== undefined && (
        <>
          <ul class="weight-bars" aria-label={messages.changes}>
            {changes.map((change, i) => (
              <li key={i}>
                <span class="name">{messages.words[i]}</span>
                <span class="track">
                  <span class="bar" style={{ width: `${Math.min(100, 100 * change)}%` }} />
                </span>
                <span class="figures">{Math.round(100 * change)}%</span>
              </li>
            ))}
          </ul>
          <p class="figures">{mean < 1e-4 ? messages.none : messages.some(`${Math.round(100 * mean)}%`)}</p>
        </>
      )}
    </Figure>
  );
}
