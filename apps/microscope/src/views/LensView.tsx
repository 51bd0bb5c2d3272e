import { Picture, useMessages } from "@qkv/app-shell";
import { tokenTable } from "@qkv/visualize";
import { AnswerBox } from "../AnswerBox.tsx";
import { worker } from "../connection.ts";
import { MESSAGES } from "../messages.ts";
import { useAsked } from "../useAsked.ts";
import type { Reading } from "../worker/readText.ts";

/** What the model would say before each layer. */
export function LensView({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const asked = useAsked([reading], () => worker.lens(reading));
  const columns = reading.target.length > 0 ? reading.target : reading.source;
  return (
    <AnswerBox asked={asked}>
      {(lens) =>
        lens.columns === columns.length && (
          <Picture
            label={messages.views.lens.title}
            svg={tokenTable({
              ...{ columns, tokens: lens.tokens, values: lens.values },
              rows: Array.from({ length: lens.rows }, (_, i) =>
                i === lens.rows - 1 ? messages.output : messages.before(i),
              ),
            })}
          />
        )
      }
    </AnswerBox>
  );
}
