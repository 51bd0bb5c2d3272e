import type { TrainingEvent } from "@qkv/training";
import { note } from "../note.ts";
import { progressBar } from "../progressBar.ts";

/** A run as the terminal shows it. */
export interface TrainingView {
  show(event: TrainingEvent): void;
  stop(): void;
}

/** A bar for the steps, and a line for each validation. @param unit what the speed counts */
export function trainingView(steps: number, unit: string): TrainingView {
  const bar = progressBar("training", steps, `loss {loss} {speed} ${unit}/s {left} left`);
  return {
    stop: () => bar.stop(),
    show: (event) => {
      if (event.type === "step") {
        const minutes = Math.ceil((event.etaSeconds ?? 0) / 60);
        const [loss, speed] = [event.loss.toFixed(3), event.tokensPerSecond.toFixed(0)];
        bar.update(event.step, { loss, speed, left: `${minutes} min` });
      } else if (event.type === "validation") {
        const metrics = Object.entries(event.metrics).map(([name, value]) => `${name} ${value.toFixed(3)}`);
        note(`step ${event.step}: ${metrics.join(", ")}${event.best ? " (best)" : ""}`);
      }
    },
  };
}
