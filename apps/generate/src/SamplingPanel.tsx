import { Slider, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { settings } from "./settings.ts";

/** How the next token is chosen, and how many there may be. */
export function SamplingPanel() {
  const messages = useMessages(MESSAGES);
  const { temperature, topP, maxTokens, seed } = settings.value;
  const how =
    temperature === 0 ? messages.greedy : `${messages.temperature}: ${temperature} · ${messages.topP}: ${topP}`;
  return (
    <details class="panel">
      <summary>
        <span>{messages.sampling}</span>
        <span class="quiet">{how}</span>
      </summary>
      <div class="sliders">
        <Slider
          label={messages.temperature}
          value={temperature}
          min={0}
          max={Math.max(2, temperature)}
          step={0.1}
          onChange={(value) => change({ temperature: value })}
        />
        <Slider
          label={messages.topP}
          value={topP}
          min={0.05}
          max={1}
          step={0.05}
          onChange={(value) => change({ topP: value })}
        />
        <Slider
          label={messages.maxTokens}
          value={maxTokens}
          min={16}
          max={2048}
          step={16}
          onChange={(value) => change({ maxTokens: value })}
        />
        <label class="seed">
          <span>{messages.seed}</span>
          <input
            type="number"
            min={0}
            step={1}
            value={seed}
            onChange={({ currentTarget }) => {
              const value = currentTarget.valueAsNumber;
              change({ seed: Number.isSafeInteger(value) && value >= 0 ? value : 0 });
            }}
          />
        </label>
      </div>
    </details>
  );
}

function change(news: Partial<typeof settings.value>): void {
  settings.value = { ...settings.value, ...news };
}
