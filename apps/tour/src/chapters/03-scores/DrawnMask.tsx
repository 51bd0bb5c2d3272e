import { Choice, type Messages, useMessages } from "@qkv/app-shell";
import { useEffect, useState } from "preact/hooks";
import { computing } from "../../compute/useComputed.ts";
import { Figure } from "../../figures/Figure.tsx";
import { WeightMatrix } from "../../figures/WeightMatrix.tsx";
import type { MaskName } from "./compute.ts";
import type * as compute from "./compute.ts";

const useComputed = computing<typeof compute>("scores");

const MESSAGES: Messages<{
  title: string;
  hint: string;
  begin: string;
  masks: Record<MaskName, string>;
  matrix: string;
}> = {
  en: {
    title: "Draw a mask",
    hint: "Press a cell to hide or show a key from a query; by keys, the arrows move and Space presses. Hide a whole row and its sum is 0.",
    begin: "Begin with",
    masks: { all: "Everything", past: "The past", window: "A window" },
    matrix: "Weights under the mask",
  },
  ko: {
    title: "마스크 그리기",
    hint: "칸을 누르면 질의가 그 키를 보거나 못 보게 됩니다. 키보드로는 화살표로 옮기고 스페이스로 누릅니다. 한 행을 모두 가리면 합이 0입니다.",
    begin: "시작 무늬",
    masks: { all: "모두", past: "과거", window: "창" },
    matrix: "마스크 아래의 가중치",
  },
};

const SIZE = 6;
const NAMES = Array.from({ length: SIZE }, (_, i) => `${i + 1}`);

/** A mask to draw, and what the softmax makes of it. */
export function DrawnMask() {
  const messages = useMessages(MESSAGES);
  const [name, setName] = useState<MaskName>("past");
  const given = useComputed("maskOf", name, SIZE);
  const [visible, setVisible] = useState<readonly boolean[]>(Array<boolean>(SIZE * SIZE).fill(true));
  const weights = useComputed("weightsUnder", visible, SIZE);
  useEffect(() => {
    if (given !== undefined) setVisible(given.map(Boolean));
  }, [given]);
  return (
    <Figure
      title={messages.title}
      hint={messages.hint}
      controls={
        <Choice
          label={messages.begin}
          options={(["all", "past", "window"] as const).map((value) => ({ value, label: messages.masks[value] }))}
          value={name}
          onChoose={setName}
        />
      }
    >
      {weights && (
        <WeightMatrix
          label={messages.matrix}
          rows={NAMES}
          columns={NAMES}
          values={weights}
          visible={visible}
          onToggle={(cell) => setVisible(visible.map((isVisible, i) => (i === cell ? !isVisible : isVisible)))}
        />
      )}
    </Figure>
  );
}
