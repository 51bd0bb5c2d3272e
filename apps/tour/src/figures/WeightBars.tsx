import { type Messages, useMessages } from "@qkv/app-shell";

const MESSAGES: Messages<{ sum: string }> = { en: { sum: "Sum of the weights" }, ko: { sum: "가중치의 합" } };

interface WeightBarsProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly weights: ArrayLike<number>;
  /** What each key gives, beside its weight. */
  readonly values?: readonly string[] | undefined;
}

/** The weights of one query over the keys, as bars, and their sum. */
export function WeightBars({ label, names, weights, values }: WeightBarsProps) {
  const messages = useMessages(MESSAGES);
  const all = Array.from(weights);
  return (
    <div>
      <ul class="weight-bars" aria-label={label}>
        {names.map((name, i) => (
          <li key={i}>
            <span class="name">{name}</span>
            <span class="track">
              <span class="bar" style={{ width: `${100 * (all[i] ?? 0)}%` }} />
            </span>
            <span class="figures">{(all[i] ?? 0).toFixed(3)}</span>
            {values && <span class="quiet small">{values[i]}</span>}
          </li>
        ))}
      </ul>
      <p class="quiet small figures">
        {messages.sum}: {all.reduce((sum, weight) => sum + weight, 0).toFixed(3)}
      </p>
    </div>
  );
}
