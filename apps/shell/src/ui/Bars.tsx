import type { LabelScore } from "@qkv/pretrained";
import { formatScore } from "./formatScore.ts";

interface BarsProps {
  readonly labels: readonly LabelScore[];
  readonly top: number;
  /** Whether the scores are bare numbers, which have no bars. */
  readonly bare: boolean;
}

/** The likeliest classes, each with a bar as long as it is likely. */
export function Bars({ labels, top, bare }: BarsProps) {
  return (
    <ol class="bars">
      {labels.slice(0, top).map(({ label, score }) => (
        <li key={label}>
          <span class="bar-label">{label}</span>
          <span class="figures quiet">{formatScore(score, bare)}</span>
          {!bare && <span class="bar" style={{ width: `${100 * score}%` }} />}
        </li>
      ))}
    </ol>
  );
}
