import { formatScore, useMessages } from "@qkv/app-shell";
import type { LabelScore } from "@qkv/pretrained";
import { MESSAGES } from "./messages.ts";

const SURE = 0.8;
const MAYBE = 0.5;

/** The answer in a few words, no surer than the model is. */
export function Prediction({ labels, bare }: { readonly labels: readonly LabelScore[]; readonly bare: boolean }) {
  const { sure, probably, unsure } = useMessages(MESSAGES);
  const { label, score } = labels[0] ?? { label: "", score: 0 };
  const say = score >= SURE ? sure : score >= MAYBE ? probably : unsure;
  return (
    <p class="prediction" role="status">
      {bare ? `${label}: ${formatScore(score, bare)}` : say(label)}
    </p>
  );
}
