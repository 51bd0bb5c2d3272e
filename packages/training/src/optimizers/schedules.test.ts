import { expect, it } from "vitest";
import {
  constantSchedule,
  cosineSchedule,
  inverseSqrtSchedule,
  linearSchedule,
  warmupStableDecaySchedule,
} from "./schedules.ts";

it("rises in a straight line and is 1 at the end of the warm-up", () => {
  const end = { warmupSteps: 4, totalSteps: 12 };
  for (const schedule of [constantSchedule(end), inverseSqrtSchedule(end), linearSchedule(end), cosineSchedule(end)]) {
    expect([1, 2, 3, 4].map(schedule)).toEqual([0.25, 0.5, 0.75, 1]);
  }
});

it("falls as its name says", () => {
  expect(constantSchedule()(1000)).toBe(1);
  expect(inverseSqrtSchedule({ warmupSteps: 4 })(16)).toBe(0.5);
  expect(linearSchedule({ warmupSteps: 4, totalSteps: 12 })(10)).toBe(0.25);
  expect(cosineSchedule({ warmupSteps: 4, totalSteps: 12 })(8)).toBeCloseTo(0.5, 12);
});

it("stays on the floor after the last step", () => {
  for (const schedule of [linearSchedule, cosineSchedule]) {
    expect(schedule({ totalSteps: 10, floor: 0.1 })(10)).toBeCloseTo(0.1, 12);
    expect(schedule({ totalSteps: 10, floor: 0.1 })(99)).toBeCloseTo(0.1, 12);
  }
});

it("refuses an end before the warm-up is over", () => {
  expect(() => cosineSchedule({ warmupSteps: 10, totalSteps: 10 })).toThrow(
    "cosineSchedule: expected totalSteps > warmupSteps 10, got 10",
  );
  expect(() => inverseSqrtSchedule({ warmupSteps: 0 })).toThrow(
    "inverseSqrtSchedule: expected warmupSteps >= 1, got 0",
  );
});

it("stays at 1 until its decay begins, wherever the end is", () => {
  const [near, far] = [20, 40].map((totalSteps) =>
    warmupStableDecaySchedule({ warmupSteps: 4, totalSteps, decaySteps: 8 }),
  );
  for (const step of [1, 4, 5, 12]) expect(near?.(step)).toBe(far?.(step));
  expect([12, 14, 16, 20, 21].map((step) => near?.(step))).toEqual([1, 0.75, 0.5, 0, 0]);
});
