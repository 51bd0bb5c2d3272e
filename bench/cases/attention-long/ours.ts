import { scaledDotProductAttention } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { attentionGradients } from "./attentionGradients.ts";
import type { AttentionWork } from "./work.ts";

export const start: StartEngine<AttentionWork & BackendChoice> = async (options) => {
  await startBackend(options);
  return attentionGradients(tf, options, (q, k, v) => scaledDotProductAttention(q, k, v));
};
