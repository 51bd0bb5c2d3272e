import { formatCount, Picture, Slider, useMessages } from "@qkv/app-shell";
import { numberTable } from "@qkv/visualize";
import { useEffect, useRef, useState } from "preact/hooks";
import codeLines from "virtual:code-lines";
import { AnswerBox } from "../AnswerBox.tsx";
import { worker } from "../connection.ts";
import { STAGE_MESSAGES } from "../flow/stageMessages.ts";
import { stageName } from "../flow/stageKey.ts";
import { MESSAGES } from "../messages.ts";
import { useAsked } from "../useAsked.ts";
import type { Reading, Refusal } from "../worker/readText.ts";
import type { Stage } from "../worker/stages.ts";

/** Columns that are shown at once. */
const WINDOW = 12;

/** The whole pass as one picture: into a layer, into a step of it, down to its numbers and the line that makes them. */
export function FlowView({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const [scope, setScope] = useState("");
  const [stage, setStage] = useState<Stage | undefined>(undefined);
  const nav = useRef<HTMLElement>(null);
  const hasMoved = useRef(false);
  useEffect(() => {
    if (hasMoved.current) nav.current?.focus(); // what was pressed is gone; the keys go on from here
    hasMoved.current = true;
  }, [scope, stage]);
  const go = (to: string) => {
    setScope(to);
    setStage(undefined);
  };
  const leave = () => (stage === undefined ? go("") : setStage(undefined));
  return (
    <div class="stack" onKeyDown={({ key }) => key === "Escape" && leave()}>
      <nav ref={nav} tabIndex={-1} class="row start where" aria-label={messages.where}>
        <button type="button" class="plain" aria-current={scope === "" && stage === undefined} onClick={() => go("")}>
          {messages.wholePass}
        </button>
        {scope !== "" && (
          <button type="button" class="plain" aria-current={stage === undefined} onClick={() => setStage(undefined)}>
            <StageLabel path={scope} of="layer" />
          </button>
        )}
        {stage !== undefined && (
          <strong>
            <StageLabel path={stage.path} of={stage.key} />
          </strong>
        )}
      </nav>
      {stage !== undefined ? (
        <StageDetail key={stage.path} reading={reading} stage={stage} />
      ) : (
        <Stages
          key={scope}
          {...{ reading, scope }}
          onOpen={(each) => (each.key === "layer" && scope === "" ? go(each.path) : setStage(each))}
        />
      )}
    </div>
  );
}

interface StagesProps {
  readonly reading: Reading;
  readonly scope: string;
  readonly onOpen: (stage: Stage) => void;
}

/** The steps of the whole pass, or of a layer. */
function Stages({ reading, scope, onOpen }: StagesProps) {
  const messages = useMessages(MESSAGES);
  const asked = useAsked<readonly Stage[] | Refusal>([reading], () => worker.stages(reading, scope));
  return (
    <AnswerBox asked={asked}>
      {(found) =>
        "refused" in found ? (
          <p data-testid="flow-refused">
            {"most" in found && messages.longFlow(formatCount(found.tokens), formatCount(found.most))}
          </p>
        ) : (
          <ol class="flow">
            {found.map((each) => (
              <StageCard key={each.path} stage={each} onOpen={() => onOpen(each)} />
            ))}
          </ol>
        )
      }
    </AnswerBox>
  );
}

/** What a step is called: with its stack or its layer, where there are several. */
function useStageLabel(path: string, key: string): string {
  const messages = useMessages(MESSAGES);
  const names = useMessages(STAGE_MESSAGES);
  const name = names[stageName(key)]?.name ?? path;
  const [, layer] = /layers\.(\d+)$/.exec(path) ?? [];
  const [, stack] = /^(encoder|decoder)\./.exec(path) ?? [];
  const isInside = /layers\.\d+\./.test(path);
  return [
    !isInside && stack !== undefined && `${messages.sides[stack as "encoder" | "decoder"]}: `,
    isInside && path.includes(".crossAttn") && `${messages.crossHead}: `,
    name,
    layer !== undefined && ` ${layer}`,
  ]
    .filter(Boolean)
    .join("");
}

function StageLabel({ path, of }: { readonly path: string; readonly of: string }) {
  return <>{useStageLabel(path, of)}</>;
}

function StageCard({ stage, onOpen }: { readonly stage: Stage; readonly onOpen: () => void }) {
  const label = useStageLabel(stage.path, stage.key);
  return (
    <li>
      <button type="button" class="stage" onClick={onOpen}>
        <Picture svg={stage.svg} label={label} isOrnament />
        <span>{label}</span>
        <span class="small quiet figures">[{stage.shape.join(", ")}]</span>
      </button>
    </li>
  );
}

function StageDetail({ reading, stage }: { readonly reading: Reading; readonly stage: Stage }) {
  const messages = useMessages(MESSAGES);
  const names = useMessages(STAGE_MESSAGES);
  const [head, setHead] = useState(0);
  const [from, setFrom] = useState(0);
  const { path, key } = stage;
  const asked = useAsked([reading, path, head, from], () => worker.numbers(reading, { path, head, from }));
  const made = codeLines[key];
  return (
    <>
      <p>{names[stageName(key)]?.text}</p>
      {made && (
        <figure class="stack made">
          <pre tabIndex={0}>
            <code>{made.code}</code>
          </pre>
          <figcaption class="small quiet">
            packages/{made.file}:{made.line}
          </figcaption>
        </figure>
      )}
      <AnswerBox asked={asked}>
        {({ heads, shape, width, rows, columns, values, full }) => (
          <>
            <p class="small quiet figures">
              {path} [{shape.join(", ")}]
            </p>
            {heads > 1 && (
              <Slider label={messages.head} value={head} min={0} max={heads - 1} step={1} onChange={setHead} />
            )}
            {width > WINDOW && (
              <Slider
                label={messages.columns}
                {...{ value: from, min: 0, max: width - WINDOW, step: 1 }}
                shown={`${from}–${from + WINDOW - 1} / ${width}`}
                onChange={setFrom}
              />
            )}
            <Picture svg={numberTable({ rows, columns, values, full })} label={names[stageName(key)]?.name ?? path} />
          </>
        )}
      </AnswerBox>
    </>
  );
}
