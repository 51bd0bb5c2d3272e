import type { BenchCase } from "../../harness/benchCase.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { writeLargeModel } from "./files/largeModel.ts";
import { writeSmallModel } from "./files/smallModel.ts";
import { racesOf } from "./races.ts";
import { LLAMA_3_2_1B, SMOLLM2_135M } from "./sizes.ts";

/** A decoder-only model of SmolLM2-135M's size, with weights in each format. */
export const llamaCase: BenchCase = async (folder, { threads, isShort }) => {
  const promptLength = isShort ? 32 : 512;
  await writeSmallModel(folder, sizedConfig(SMOLLM2_135M, isShort), promptLength);
  return racesOf(folder, { formats: ["F32", "F16", "Q8_0", "Q4_0"], promptLength, threads });
};

/** One of Llama 3.2 1B's size, with weights in 8 and 4 bits, on a shorter text. */
export const llama1bCase: BenchCase = async (folder, { threads, isShort }) => {
  const promptLength = isShort ? 32 : 128;
  await writeLargeModel(folder, sizedConfig(LLAMA_3_2_1B, isShort), promptLength);
  const notOnWeb = "left out: seconds a token in 4 bits";
  return racesOf(folder, { formats: ["Q8_0", "Q4_0"], promptLength, threads, notOnWeb });
};
