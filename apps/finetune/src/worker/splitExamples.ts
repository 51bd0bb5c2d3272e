/** Examples to learn from, and those that are held back to measure with. */
export interface Split<T> {
  readonly training: readonly T[];
  readonly validation: readonly T[];
  /** Whether any are held back: of few examples all are learned, and measured. */
  readonly isMeasured: boolean;
}

/** From so many examples on, some are held back. */
const FROM = 20;
const EVERY = 10;
const MOST = 100;

/** Holds back each tenth example, but at most a hundred. */
export function splitExamples<T>(examples: readonly T[]): Split<T> {
  if (examples.length < FROM) return { training: examples, validation: examples, isMeasured: false };
  const every = Math.max(EVERY, Math.ceil(examples.length / MOST));
  const isHeld = (_: T, i: number) => i % every === every - 1;
  return {
    training: examples.filter((example, i) => !isHeld(example, i)),
    validation: examples.filter(isHeld),
    isMeasured: true,
  };
}
