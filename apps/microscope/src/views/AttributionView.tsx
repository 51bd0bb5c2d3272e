import { Picture, useMessages } from "@qkv/app-shell";
import { printable, signedHeatMap } from "@qkv/visualize";
import { useState } from "preact/hooks";
import { AnswerBox } from "../AnswerBox.tsx";
import { chooseHead } from "../chosenHead.ts";
import { worker } from "../connection.ts";
import { MESSAGES } from "../messages.ts";
import { subject } from "../models.ts";
import { Select } from "../Select.tsx";
import { useAsked } from "../useAsked.ts";
import type { Reading } from "../worker/readText.ts";

/** What each head and each feed-forward adds to a token's logit. */
export function AttributionView({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const next = reading.next ?? [];
  const [wanted, setWanted] = useState<{ token?: number; against?: number }>({});
  const known = (id: number | undefined) => next.find((token) => token.id === id)?.id;
  const token = known(wanted.token) ?? next[0]?.id ?? 0;
  const against = known(wanted.against);
  const asked = useAsked([reading, token, against], () =>
    worker.attribution(reading, { token, position: reading.position, ...(against !== undefined && { against }) }),
  );
  const last = subject.value?.outline.stacks.at(-1)?.name ?? "decoder";
  const options = next.map(({ id, label }) => ({ value: `${id}`, label: printable(label) }));
  return (
    <>
      <div class="row start">
        <Select
          label={messages.token}
          options={options}
          value={`${token}`}
          onChoose={(id) => setWanted({ ...wanted, token: Number(id) })}
        />
        <Select
          label={messages.against}
          options={[{ value: "", label: messages.nothing }, ...options]}
          value={against === undefined ? "" : `${against}`}
          onChoose={(id) => setWanted(id === "" ? { token } : { token, against: Number(id) })}
        />
      </div>
      <AnswerBox asked={asked}>
        {({ total, embeddings, bias, layers, heads, crossHeads, values }) => (
          <>
            <p data-testid="total">{messages.sum(total.toFixed(2), embeddings.toFixed(2), bias.toFixed(2))}</p>
            <Picture
              label={messages.views.attribution.title}
              svg={signedHeatMap({
                rows: Array.from({ length: layers }, (_, i) => `${messages.layer} ${i}`),
                columns: [
                  ...Array.from({ length: heads }, (_, i) => `${messages.head} ${i}`),
                  ...Array.from({ length: crossHeads }, (_, i) => `${messages.crossHead} ${i}`),
                  ...[messages.feedForward, messages.biases],
                ],
                values,
              })}
              onCell={(layer, part) => {
                if (part < heads) chooseHead({ side: last, attention: "self", layer, head: part });
                else if (part < heads + crossHeads) {
                  chooseHead({ side: last, attention: "cross", layer, head: part - heads });
                }
              }}
            />
          </>
        )}
      </AnswerBox>
    </>
  );
}
