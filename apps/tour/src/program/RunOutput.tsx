import { useMessages } from "@qkv/app-shell";
import { useEffect, useState } from "preact/hooks";
import { CurvePlot } from "../figures/CurvePlot.tsx";
import { MESSAGES } from "./programMessages.ts";
import type { RunState, Training } from "./useRun.ts";

/** What a program printed, drew and learned. */
export function RunOutput({ name, state }: { readonly name: string; readonly state: RunState }) {
  const messages = useMessages(MESSAGES);
  const { lines, pictures, trainings } = state;
  return (
    <div class="output stack">
      {trainings.map((training) => (
        <LossCurve key={training.id} training={training} />
      ))}
      {lines.length > 0 && (
        <pre tabIndex={0} role="region" aria-label={messages.output(name)}>
          {lines.map(({ kind, text }, i) => (
            <span key={i} class={kind}>
              {text}
              {"\n"}
            </span>
          ))}
        </pre>
      )}
      {pictures.map((picture) => (
        <Picture key={picture.name} {...picture} />
      ))}
    </div>
  );
}

/** A picture as a picture: whatever a program wrote into it, no script of it runs. */
function Picture({ name, svg }: { readonly name: string; readonly svg: string }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [svg]);
  const [, title = name] = /<title>([^<]*)<\/title>/.exec(svg) ?? [];
  return address === undefined ? null : <img src={address} alt={title} />;
}

/** How many points a curve has at most. */
const MOST_POINTS = 300;

function LossCurve({ training: { losses, steps } }: { readonly training: Training }) {
  const messages = useMessages(MESSAGES);
  const top = losses.reduce((most, loss) => Math.max(most, loss), 0);
  const every = Math.max(1, Math.ceil(losses.length / MOST_POINTS));
  const points = losses.flatMap((loss, i) => (i % every === 0 ? [[i, loss] as const] : []));
  const name = messages.loss(`${losses.length}`, `${steps}`);
  return (
    <CurvePlot
      label={name}
      curves={[{ name, points }]}
      x={[0, steps]}
      y={[0, Math.max(0.01, Number(top.toPrecision(2)))]}
    />
  );
}
