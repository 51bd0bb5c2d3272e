import { Slider, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { settings } from "./search.ts";

/** How a translation is searched for. */
export function SearchPanel() {
  const messages = useMessages(MESSAGES);
  const { numBeams, lengthPenalty } = settings.value;
  return (
    <details class="panel">
      <summary>
        <span>{messages.settings}</span>
        <span class="quiet">
          {messages.beams}: {numBeams} · {messages.lengthPenalty}: {lengthPenalty}
        </span>
      </summary>
      <div class="sliders">
        <Slider
          label={messages.beams}
          value={numBeams}
          min={1}
          max={Math.max(8, numBeams)}
          step={1}
          onChange={(value) => change({ numBeams: value })}
        />
        <Slider
          label={messages.lengthPenalty}
          value={lengthPenalty}
          min={Math.min(0, lengthPenalty)}
          max={Math.max(2, lengthPenalty)}
          step={0.1}
          onChange={(value) => change({ lengthPenalty: value })}
        />
      </div>
    </details>
  );
}

function change(news: Partial<typeof settings.value>): void {
  settings.value = { ...settings.value, ...news };
}
