/** What is looked at. */
export type ViewName = "flow" | "heads" | "lens" | "attribution" | "patching" | "ablation";
