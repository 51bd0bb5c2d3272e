import { formatCount, language, useMessages } from "@qkv/app-shell";
import { ATTENTION_IN, AttentionView } from "@qkv/app-shell/attention";
import { useMemo } from "preact/hooks";
import { attention, chosenToken, FARTHEST, hindrance, recordOf } from "./inspection.ts";
import { MESSAGES } from "./messages.ts";

/** Where every head of every layer looked before the model wrote the chosen token. */
export function AttentionPanel() {
  const messages = useMessages(MESSAGES);
  const token = chosenToken.value;
  if (token === undefined) return null;
  const reasons = { far: messages.far(formatCount(FARTHEST)), gone: messages.gone, running: messages.busy };
  return (
    <section class="card stack attention">
      <h2>{messages.attention}</h2>
      {hindrance.value !== undefined ? (
        <p class="quiet">{reasons[hindrance.value]}</p>
      ) : attention.value === undefined ? (
        <p class="quiet">{messages.looking}</p>
      ) : (
        <Looks />
      )}
    </section>
  );
}

/** Weights of a head that are drawn at first: of hundreds of heads all would take a browser too long. */
const FEW = 3;

function Looks() {
  const messages = useMessages(MESSAGES);
  const [found, token, spoken] = [attention.value, chosenToken.value, language.value];
  const words = useMemo(() => {
    const own = ATTENTION_IN[spoken];
    return { ...own, kinds: { ...own.kinds, decoder: MESSAGES[spoken].kindOfAttention } };
  }, [spoken]);
  const record = useMemo(
    () => found && token && recordOf(found, token, (count) => MESSAGES[spoken].others(formatCount(count))),
    [found, token, spoken],
  );
  return (
    <>
      <AttentionView record={record} messages={words} top={FEW} />
      {found !== undefined && found.others > 0 && (
        <p class="small quiet">{messages.summed(formatCount(found.keys.length), formatCount(found.others))}</p>
      )}
    </>
  );
}
