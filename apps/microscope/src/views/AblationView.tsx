import { Picture, useMessages } from "@qkv/app-shell";
import { pairedBars } from "@qkv/visualize";
import { AnswerBox } from "../AnswerBox.tsx";
import { chosenHead } from "../chosenHead.ts";
import { worker } from "../connection.ts";
import { HeadChoice } from "../HeadChoice.tsx";
import { MESSAGES } from "../messages.ts";
import { useAsked } from "../useAsked.ts";
import type { Reading } from "../worker/readText.ts";

/** What becomes of the answer without a head. */
export function AblationView({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const head = chosenHead.value;
  const asked = useAsked([reading, head], async () => head && worker.ablate(reading, head));
  return (
    <>
      <HeadChoice />
      <AnswerBox asked={asked}>
        {({ labels, before, after, divergence }) => (
          <>
            <p data-testid="divergence">{messages.divergence(divergence.toFixed(3))}</p>
            <Picture
              label={messages.views.ablation.title}
              svg={pairedBars({ labels, before, after, names: [messages.withHead, messages.withoutHead] })}
            />
          </>
        )}
      </AnswerBox>
    </>
  );
}
