import { readFile } from "node:fs/promises";
import type { StepEvent, TrainingEvent, ValidationEvent } from "@qkv/training";
import { lineChart, type Series } from "@qkv/visualize";

/** How many points a curve has at most: the mean of each stretch of steps. */
const POINTS = 200;

/** A run's log as a picture: the loss of training, smoothed, and that of validation. @returns an SVG */
export async function trainingCurve(logFile: string, title: string): Promise<string> {
  const lines = (await readFile(logFile, "utf8")).trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as TrainingEvent);
  const steps = events.filter((event): event is StepEvent => event.type === "step");
  const validations = events.filter((event): event is ValidationEvent => event.type === "validation");
  const validation = validations.flatMap(({ step, metrics: { loss } }) =>
    loss === undefined ? [] : [[step, loss] as const],
  );
  const series: Series[] = [{ name: "training loss", points: means(steps) }];
  if (validation.length > 0) series.push({ name: "validation loss", points: validation });
  return lineChart({ series, title, xName: "step", yName: "loss" });
}

function means(steps: readonly StepEvent[]): [step: number, loss: number][] {
  const length = Math.ceil(steps.length / POINTS);
  return Array.from({ length: Math.ceil(steps.length / length) }, (_, i) => {
    const stretch = steps.slice(i * length, (i + 1) * length);
    return [stretch.at(-1)?.step ?? 0, stretch.reduce((sum, { loss }) => sum + loss, 0) / stretch.length];
  });
}
