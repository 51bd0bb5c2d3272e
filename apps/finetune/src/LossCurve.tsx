import { formatPercent, language, useMessages } from "@qkv/app-shell";
import { useId } from "preact/hooks";
import { curvePoints, type CurvePoint } from "./curvePoints.ts";
import { MESSAGES } from "./messages.ts";
import type { LossPoint } from "./worker/runStore.ts";

const SIZE = { width: 640, height: 180 };
const PAD = 6;

interface LossCurveProps {
  readonly losses: readonly LossPoint[];
  readonly validations: readonly LossPoint[];
  readonly totalSteps: number;
  /** The share of the examples held back that are right. */
  readonly accuracy?: number | undefined;
}

/** The loss of each step, and where examples are held back theirs too. */
export function LossCurve({ losses, validations, totalSteps, accuracy }: LossCurveProps) {
  const messages = useMessages(MESSAGES);
  const title = useId();
  const [first, last] = [losses.at(0), losses.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [trained, measured] = [curvePoints(losses), validations];
  const all = [...trained, ...measured].map(([, loss]) => loss);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const at = ([step, loss]: CurvePoint) => {
    const x = totalSteps <= 1 ? 0.5 : (step - 1) / (totalSteps - 1);
    const y = high === low ? 0.5 : (high - loss) / (high - low);
    return [PAD + x * (SIZE.width - 2 * PAD), PAD + y * (SIZE.height - 2 * PAD)] as const;
  };
  const line = (points: readonly CurvePoint[]) => points.map((point) => at(point).map(Math.round).join(",")).join(" ");
  return (
    <figure class="curve">
      <figcaption class="row small">
        <span class="quiet">
          {messages.loss} <b class="figures now">{shown(last[1])}</b>
        </span>
        {measured.length > 0 && (
          <span class="held-back">
            {messages.heldBack} <b class="figures">{shown(measured.at(-1)?.[1] ?? NaN)}</b>
            {accuracy !== undefined && ` · ${messages.right(formatPercent(accuracy))}`}
          </span>
        )}
      </figcaption>
      <span class="scale high small quiet figures" aria-hidden="true">
        {shown(high)}
      </span>
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-labelledby={title} preserveAspectRatio="none">
        <title id={title}>{messages.curve(shown(first[1]), shown(last[1]), losses.length)}</title>
        <polyline class="trained" points={line(trained)} />
        {measured.length > 1 && <polyline class="measured" points={line(measured)} />}
        {measured.map((point) => (
          <path key={point[0]} class="measured" d={dot(at(point))} />
        ))}
        <path class="trained" d={dot(at(trained.at(-1) ?? first))} />
      </svg>
      <span class="scale low small quiet figures" aria-hidden="true">
        {shown(low)}
      </span>
    </figure>
  );
}

/** A line of no length, whose round ends are a dot however the picture is stretched. */
function dot([x, y]: readonly [number, number]): string {
  return `M${x.toFixed(1)},${y.toFixed(1)}h0`;
}

function shown(loss: number): string {
  return new Intl.NumberFormat(language.value, { maximumSignificantDigits: 3 }).format(loss);
}
