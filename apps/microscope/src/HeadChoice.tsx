import { useMessages } from "@qkv/app-shell";
import { chooseHead, chosenHead } from "./chosenHead.ts";
import { MESSAGES } from "./messages.ts";
import { subject } from "./models.ts";
import { Select } from "./Select.tsx";
import type { HeadPlace } from "./worker/heads.ts";

/** Which attention, which layer, which head. */
export function HeadChoice() {
  const messages = useMessages(MESSAGES);
  const head = chosenHead.value;
  const stacks = subject.value?.outline.stacks ?? [];
  if (head === undefined) return null;
  const stack = stacks.find(({ name }) => name === head.side);
  const kinds = stacks.flatMap(({ name, crossHeads }) => [
    `${name} self`,
    ...(crossHeads.length > 0 ? [`${name} cross`] : []),
  ]);
  const heads = (head.attention === "cross" ? stack?.crossHeads : stack?.heads) ?? [];
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ value: `${i}`, label: `${i}` }));
  const change = (news: Partial<HeadPlace>) => chooseHead({ ...head, ...news });
  return (
    <div class="row start">
      {kinds.length > 1 && (
        <Select
          label={messages.attentionOf}
          options={kinds.map((kind) => ({ value: kind, label: messages.attentions[kind] ?? kind }))}
          value={`${head.side} ${head.attention}`}
          onChoose={(kind) => {
            const [side, attention] = kind.split(" ") as [HeadPlace["side"], HeadPlace["attention"]];
            chooseHead({ side, attention, layer: 0, head: 0 });
          }}
        />
      )}
      <Select
        label={messages.layer}
        options={numbered(stack?.layers ?? 0)}
        value={`${head.layer}`}
        onChoose={(layer) =>
          change({ layer: Number(layer), head: Math.min(head.head, (heads[Number(layer)] ?? 1) - 1) })
        }
      />
      <Select
        label={messages.head}
        options={numbered(heads[head.layer] ?? 0)}
        value={`${head.head}`}
        onChoose={(which) => change({ head: Number(which) })}
      />
    </div>
  );
}
