import type { BenchCase } from "../harness/benchCase.ts";
import { decodeCase } from "./decode/decode.ts";
import { encoderCase } from "./encoder/encoder.ts";
import { trainStepCase } from "./train-step/trainStep.ts";

/** The cases by the names that commandLine.mjs lists. */
export const CASES: Readonly<Record<string, BenchCase>> = {
  encoder: encoderCase(384),
  "encoder-base": encoderCase(768),
  "train-step": trainStepCase,
  decode: decodeCase,
};
