import type { GgufArchitecture } from "./architecture.ts";
import { commandR, stableLm } from "./centered.ts";
import { mixtral, qwen2moe, qwen3moe } from "./experts.ts";
import { gemma, gemma2, gemma3 } from "./gemma.ts";
import { bloom, falcon, gpt2, gptNeoX } from "./gpt.ts";
import { granite, llama, olmo2, qwen2, qwen3, smollm3 } from "./llama.ts";
import { phi2, phi3 } from "./phi.ts";

/** The architectures that are opened and written. */
export const ARCHITECTURES: readonly GgufArchitecture[] = [
  ...[llama, qwen2, qwen3, gemma, gemma2, gemma3, phi2, phi3, smollm3, granite, olmo2, gpt2, gptNeoX],
  ...[falcon, bloom, commandR, stableLm, mixtral, qwen2moe, qwen3moe],
];
