/** What is looked at. */
export type ViewName = "heads" | "lens" | "attribution" | "patching" | "ablation";
