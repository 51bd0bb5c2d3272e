import { modelLabel, type ModelSource } from "@qkv/app-shell";

/** What people call the models that ship. */
const NAMES: Readonly<Record<string, string>> = { cifar10: "CIFAR-10", "fashion-mnist": "Fashion-MNIST" };

/** What a model is called in the page. */
export function nameOf(source: ModelSource): string {
  const label = modelLabel(source);
  return (source.kind === "shipped" && NAMES[label]) || label;
}
