import { checkArray } from "@qkv/ops";

/** Counts of one class. */
interface Counts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** 2TP / (2TP + FP + FN), 0 where there is nothing to find and nothing was found. */
function f1({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: Counts): number {
  return tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn);
}

/** Accuracy, and the mean of the classes' F1 (scikit-learn's `f1_score(average="macro")`), of one class for each item. */
export function classScores(
  predicted: readonly number[],
  expected: readonly number[],
): { readonly accuracy: number; readonly f1: number } {
  checkBoth("classScores", predicted, expected);
  const classes = new Map<number, Counts>();
  const counts = (k: number) => {
    const own = classes.get(k) ?? { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
    classes.set(k, own);
    return own;
  };
  let right = 0;
  for (const [i, k] of expected.entries()) {
    const got = predicted[i] as number;
    if (got === k) {
      right += 1;
      counts(k).truePositives += 1;
    } else {
      counts(k).falseNegatives += 1;
      counts(got).falsePositives += 1;
    }
  }
  const each = [...classes.values()].map(f1);
  return { accuracy: right / expected.length, f1: each.reduce((sum, one) => sum + one, 0) / each.length };
}

/** The share of items all of whose labels are right, and F1 over all labels together (`average="micro"`). */
export function labelSetScores(
  predicted: readonly ReadonlySet<unknown>[],
  expected: readonly ReadonlySet<unknown>[],
): { readonly accuracy: number; readonly f1: number } {
  checkBoth("labelSetScores", predicted, expected);
  const all: Counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  let right = 0;
  for (const [i, wanted] of expected.entries()) {
    const got = predicted[i] as ReadonlySet<unknown>;
    const both = [...wanted].filter((label) => got.has(label)).length;
    all.truePositives += both;
    all.falsePositives += got.size - both;
    all.falseNegatives += wanted.size - both;
    if (both === wanted.size && both === got.size) right += 1;
  }
  return { accuracy: right / expected.length, f1: f1(all) };
}

function checkBoth(who: string, predicted: readonly unknown[], expected: readonly unknown[]): void {
  checkArray(who, "predicted", predicted);
  checkArray(who, "expected", expected);
  if (predicted.length === expected.length) return;
  throw new RangeError(`${who}: expected predicted of ${expected.length} items, got ${predicted.length}`);
}
