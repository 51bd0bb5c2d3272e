import type { FusedActivation } from "@qkv/ops";
import { ACTIVATION_FUNCTIONS, activationValue } from "../../activationText.ts";

/** What is done with a result before it is written. */
export type Epilogue = FusedActivation | "none";

/** `activated(a)`: the result as it is written, with the functions that takes. */
export function epilogueText(epilogue: Epilogue): string {
  return /* wgsl */ `
  ${epilogue === "none" ? "" : ACTIVATION_FUNCTIONS}
  fn activated(a: f32) -> f32 {
    return ${epilogue === "none" ? "a" : activationValue(epilogue)};
  }`;
}
