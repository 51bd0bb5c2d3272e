import { useMessages } from "@qkv/app-shell";
import { useId, useState } from "preact/hooks";
import { MESSAGES } from "../messages.ts";
import { markSolved, progressOf } from "../progress.ts";
import type { Exercise } from "../chapter/chapterText.ts";

interface ExerciseCardProps {
  readonly id: string;
  readonly exercise: Exercise;
}

type Verdict = "right" | "wrong" | "noNumber";

/** A question, a check of the answer, and a hint. */
export function ExerciseCard({ id, exercise }: ExerciseCardProps) {
  const messages = useMessages(MESSAGES);
  const { question, answer, hint, explanation } = exercise;
  const [given, setGiven] = useState("");
  const [verdict, setVerdict] = useState<Verdict>();
  const heading = useId();
  const group = useId();
  const check = (event: Event) => {
    event.preventDefault();
    const found = verdictOf(answer, given);
    setVerdict(found);
    if (found === "right") markSolved(id);
  };
  const give = (value: string) => {
    setGiven(value);
    setVerdict(undefined);
  };
  return (
    <form class="card stack exercise" aria-labelledby={heading} onSubmit={check}>
      <h2 id={heading}>
        {messages.exercise} {progressOf(id).isSolved && <span class="quiet small">✓ {messages.solved}</span>}
      </h2>
      <div class="prose" dangerouslySetInnerHTML={{ __html: question }} />
      {answer.kind === "number" ? (
        <label class="row start">
          {messages.yourAnswer}
          <input
            type="text"
            inputMode="decimal"
            value={given}
            onInput={({ currentTarget }) => give(currentTarget.value)}
          />
        </label>
      ) : (
        <fieldset class="options">
          <legend class="unseen">{messages.yourAnswer}</legend>
          {answer.options.map((option, i) => (
            <label key={i}>
              <input type="radio" name={group} checked={given === `${i}`} onChange={() => give(`${i}`)} />
              <span dangerouslySetInnerHTML={{ __html: option }} />
            </label>
          ))}
        </fieldset>
      )}
      <button type="submit" disabled={given.trim() === ""}>
        {messages.check}
      </button>
      <div role="status">
        {verdict && <p class={verdict === "right" ? "right" : "wrong"}>{messages[verdict]}</p>}
        {verdict === "right" && <div class="prose" dangerouslySetInnerHTML={{ __html: explanation }} />}
      </div>
      <details>
        <summary>{messages.hint}</summary>
        <div class="prose" dangerouslySetInnerHTML={{ __html: hint }} />
      </details>
    </form>
  );
}

function verdictOf(answer: Exercise["answer"], given: string): Verdict {
  if (answer.kind === "choice") return Number(given) === answer.right ? "right" : "wrong";
  const number = Number(given.trim().replaceAll(",", given.includes(".") ? "" : "."));
  if (!Number.isFinite(number)) return "noNumber";
  return Math.abs(number - answer.value) <= answer.within ? "right" : "wrong";
}
