import { useMessages } from "@qkv/app-shell";
import { forgetAll, history, isHistoryKept } from "./history.ts";
import { MESSAGES } from "./messages.ts";
import { source } from "./session.ts";

/** What was translated before, to take up again or to forget. */
export function History() {
  const messages = useMessages(MESSAGES);
  const past = history.value;
  return (
    <details class="panel">
      <summary>
        <span>{messages.history}</span>
        <span class="quiet">{past.length}</span>
      </summary>
      {!isHistoryKept.value && <p class="small">{messages.unkeptHistory}</p>}
      {past.length === 0 ? (
        <p class="small quiet">{messages.noHistory}</p>
      ) : (
        <div class="stack">
          <ul class="history">
            {past.map((entry) => (
              <li key={`${entry.model} ${entry.source}`}>
                <button type="button" class="plain" onClick={() => (source.value = entry.source)}>
                  <span dir="auto">{entry.source}</span>
                  <span class="quiet" dir="auto">
                    {entry.translation}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <div>
            <button type="button" onClick={forgetAll}>
              {messages.forget}
            </button>
          </div>
        </div>
      )}
    </details>
  );
}
