// The sentence that both figures look at.
import { shippedModels } from "@qkv/app-shell";
import { signal } from "@preact/signals";

/** The model that came with the page. */
export const MODEL = shippedModels()[0];

/** What is translated. */
export const sentence = signal("The small dog sleeps in the garden.");
