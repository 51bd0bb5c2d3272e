import { type Messages, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { HeadGrid } from "../../figures/HeadGrid.tsx";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("heads");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  heads: string;
  head: (n: string) => string;
  change: (share: string) => string;
  words: readonly string[];
  each: string;
}> = {
  en: {
    title: "Switch a head off",
    hint: "Press a head: its values no longer reach the output. The other heads do not notice, but the output changes.",
    heads: "Heads: which are on",
    head: (n) => `head ${n}`,
    change: (share) => `The output changes by ${share} of its length, on average.`,
    words: ["the", "dog", "chased", "the", "small", "cat"],
    each: "Change of each word's output",
  },
  ko: {
    title: "헤드 끄기",
    hint: "헤드를 눌러 보세요. 그 헤드의 값은 더 이상 출력에 닿지 않습니다. 다른 헤드는 눈치채지 못하지만 출력은 달라집니다.",
    heads: "켜져 있는 헤드",
    head: (n) => `헤드 ${n}`,
    change: (share) => `출력은 평균하여 제 길이의 ${share}만큼 달라집니다.`,
    words: ["그", "개가", "그", "작은", "고양이를", "쫓았다"],
    each: "단어마다 출력이 달라진 정도",
  },
};

/** Four heads with a switch each, and what the output loses. */
export function SwitchedHeads() {
  const messages = useMessages(MESSAGES);
  const [isOn, setOn] = useState<readonly boolean[]>([true, true, true, true]);
  const layer = useComputed("layerWith", isOn, 4);
  const mean = layer && layer.changes.reduce((sum, change) => sum + change, 0) / layer.changes.length;
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        layer && (
          <HeadGrid
            label={messages.heads}
            heads={layer.heads}
            keys={messages.words.length}
            nameOf={(head) => messages.head(`${head + 1}`)}
            isPressed={(head) => isOn[head] === true}
            onPress={(pressed) => setOn(isOn.map((on, head) => (head === pressed ? !on : on)))}
          />
        )
      }
    >
      {layer && mean !== undefined && (
        <>
          <p class="figures">{messages.change(`${Math.round(100 * mean)}%`)}</p>
          <ul class="weight-bars" aria-label={messages.each}>
            {layer.changes.map((change, i) => (
              <li key={i}>
                <span class="name">{messages.words[i]}</span>
                <span class="track">
                  <span class="bar" style={{ width: `${Math.min(100, 100 * change)}%` }} />
                </span>
                <span class="figures">{Math.round(100 * change)}%</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Figure>
  );
}
