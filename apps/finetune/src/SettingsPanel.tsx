import { useMessages } from "@qkv/app-shell";
import { changeSettings, goal, settings } from "./goal.ts";
import { MESSAGES } from "./messages.ts";
import { training } from "./training.ts";
import type { TuningSettings } from "./worker/settings.ts";

/** The fields, and what each may be. */
const FIELDS: Readonly<Record<keyof TuningSettings, { min: number; max: number; step: number }>> = {
  epochs: { min: 1, max: 1000, step: 1 },
  learningRate: { min: 0.00001, max: 0.1, step: 0.00001 },
  rank: { min: 1, max: 256, step: 1 },
  batchSize: { min: 1, max: 256, step: 1 },
  maxTokens: { min: 8, max: 4096, step: 1 },
};

/** How long and how strongly it learns. */
export function SettingsPanel() {
  const messages = useMessages(MESSAGES);
  const now = settings.value[goal.value];
  return (
    <details class="more">
      <summary>
        <span>{messages.settings}</span> <span class="quiet small">{messages.settingsAre(now.epochs, now.rank)}</span>
      </summary>
      <div class="fields">
        {(Object.keys(FIELDS) as (keyof TuningSettings)[]).map((name) => (
          <label key={name}>
            <span>{messages[name]}</span>
            <input
              type="number"
              {...FIELDS[name]}
              disabled={training.value?.isRunning ?? false}
              value={now[name]}
              onChange={({ currentTarget }) => {
                changeSettings({ [name]: within(currentTarget.valueAsNumber, name, now[name]) });
                currentTarget.value = String(settings.value[goal.value][name]);
              }}
            />
          </label>
        ))}
      </div>
      <p class="small quiet">{messages.adapterHint}</p>
    </details>
  );
}

/** The number that is meant, within bounds; what is none leaves what there was. */
function within(value: number, name: keyof TuningSettings, before: number): number {
  const { min, max, step } = FIELDS[name];
  if (!Number.isFinite(value)) return before;
  const bounded = Math.min(Math.max(value, min), max);
  return step === 1 ? Math.round(bounded) : bounded;
}
