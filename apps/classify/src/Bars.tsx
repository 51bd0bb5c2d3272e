import { formatPercent } from "@qkv/app-shell";
import type { LabelScore } from "@qkv/pretrained";

/** The likeliest classes, each with a bar as long as it is likely. */
export function Bars({ labels, top }: { readonly labels: readonly LabelScore[]; readonly top: number }) {
  return (
    <ol class="bars">
      {labels.slice(0, top).map(({ label, score }) => (
        <li key={label}>
          <span class="bar-label">{label}</span>
          <span class="figures quiet">{formatPercent(score)}</span>
          <span class="bar" style={{ width: `${100 * score}%` }} />
        </li>
      ))}
    </ol>
  );
}
