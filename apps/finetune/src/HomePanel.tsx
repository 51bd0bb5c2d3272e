import { useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { packing, takeHome, trained } from "./training.ts";

/** What was learned, to take home. */
export function HomePanel() {
  const messages = useMessages(MESSAGES);
  const one = trained.value;
  if (one === undefined) return null;
  const isBusy = packing.value !== undefined;
  return (
    <section class="card stack home">
      <h2>{messages.home}</h2>
      <div class="row start" aria-busy={isBusy}>
        <button type="button" disabled={isBusy} onClick={() => void takeHome("adapter")}>
          {messages.adapter}
        </button>
        {one.canMerge && (
          <button type="button" disabled={isBusy} onClick={() => void takeHome("folder")}>
            {messages.whole}
          </button>
        )}
      </div>
      <p class="small quiet">{one.canMerge ? messages.homeHint : messages.onlyAdapter}</p>
    </section>
  );
}
