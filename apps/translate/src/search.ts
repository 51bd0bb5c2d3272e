// How a translation is searched for: as the model's folder says, until a person says otherwise.
import { signal } from "@preact/signals";
import type { SearchSettings } from "./searchSettings.ts";

export const settings = signal<SearchSettings>({ numBeams: 4, lengthPenalty: 1 });
