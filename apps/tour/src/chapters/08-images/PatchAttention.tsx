import { Choice, type Messages, Slider, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { MiniMatrix } from "../../figures/HeadGrid.tsx";
import type * as compute from "./compute.ts";
import { PICTURE, SIDE } from "./picture.ts";

const useComputed = computing<typeof compute>("images");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  patch: string;
  pixels: (n: string) => string;
  chosen: string;
  sharpness: string;
  picture: string;
  weights: string;
  said: (tokens: string, weight: string, sum: string) => string;
}> = {
  en: {
    title: "An image as a sentence of patches",
    hint: "Choose the size of the patches and the patch that asks. On the right: where patches look like it.",
    patch: "Side of a patch",
    pixels: (n) => `${n} pixels`,
    chosen: "Patch that asks",
    sharpness: "Sharpness",
    picture: "The picture",
    weights: "Weights of the patch",
    said: (tokens, weight, sum) =>
      `${tokens} tokens, ${weight} scores for the whole picture. The weights of this patch sum to ${sum}.`,
  },
  ko: {
    title: "조각으로 이루어진 문장이 된 이미지",
    hint: "조각의 크기와 묻는 조각을 골라 보세요. 오른쪽은 그것과 닮은 조각들이 있는 곳입니다.",
    patch: "조각의 한 변",
    pixels: (n) => `${n}픽셀`,
    chosen: "묻는 조각",
    sharpness: "날카로움",
    picture: "그림",
    weights: "조각이 두는 가중치",
    said: (tokens, weight, sum) =>
      `토큰 ${tokens}개, 그림 전체에 점수 ${weight}개입니다. 이 조각의 가중치는 합이 ${sum}입니다.`,
  },
};

/** A picture cut into patches, one of which asks the others. */
export function PatchAttention() {
  const messages = useMessages(MESSAGES);
  const [patch, setPatch] = useState<"2" | "4" | "8">("4");
  const [chosen, setChosen] = useState(14);
  const [sharpness, setSharpness] = useState(8);
  const size = Number(patch);
  const count = SIDE / size;
  const at = Math.min(chosen, count * count - 1);
  const weights = useComputed("patchWeights", size, at, sharpness);
  const most = Math.max(...(weights ?? [1]));
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <>
          <Choice
            label={messages.patch}
            options={(["2", "4", "8"] as const).map((value) => ({ value, label: messages.pixels(value) }))}
            value={patch}
            onChoose={setPatch}
          />
          <Slider
            label={messages.chosen}
            value={at}
            min={0}
            max={count * count - 1}
            step={1}
            shown={`${at + 1}`}
            onChange={setChosen}
          />
          <Slider label={messages.sharpness} value={sharpness} min={0} max={30} step={1} onChange={setSharpness} />
        </>
      }
    >
      {weights && (
        <>
          <div class="side-by-side pictures">
            <div role="img" aria-label={messages.picture}>
              <MiniMatrix weights={PICTURE} keys={SIDE} mark={{ at, of: count }} />
            </div>
            <div role="img" aria-label={messages.weights}>
              <MiniMatrix weights={weights.map((weight) => weight / most)} keys={count} mark={{ at, of: count }} />
            </div>
          </div>
          <p class="figures">
            {messages.said(
              `${count ** 2}`,
              `${count ** 4}`,
              weights.reduce((sum, weight) => sum + weight, 0).toFixed(2),
            )}
          </p>
        </>
      )}
    </Figure>
  );
}
