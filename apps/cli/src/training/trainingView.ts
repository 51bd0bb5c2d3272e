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
  let isFirst = true;
  return {
    stop: () => bar.stop(),
    show: (event) => {
      if (event.type === "step") {
        if (isFirst) note(`by its first step it takes ${durationOf(event.etaSeconds ?? 0)}, without validations`);
        isFirst = false;
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

function durationOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
