import { formatScore, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { choosePicture, current, type Picture, pictures } from "./pictures.ts";

/** All pictures side by side with their answers, to compare and to choose from. */
export function PictureList() {
  const messages = useMessages(MESSAGES);
  if (pictures.value.length < 2) return null;
  return (
    <section class="stack">
      <h2>{messages.pictures}</h2>
      <ul class="picture-list">
        {pictures.value.map((picture) => (
          <li key={picture.id}>
            <Tile picture={picture} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tile({ picture: { id, name, url, answer, error } }: { readonly picture: Picture }) {
  const messages = useMessages(MESSAGES);
  return (
    <button
      type="button"
      class="tile"
      aria-pressed={current.value?.id === id}
      title={messages.show(name)}
      onClick={() => choosePicture(id)}
    >
      {answer === undefined ? (
        <span class="tile-empty" aria-hidden="true">
          {error === undefined ? "…" : "?"}
        </span>
      ) : (
        <img src={url} alt="" decoding="async" />
      )}
      <span class="tile-text">
        {answer === undefined ? (
          <span class="quiet">{name}</span>
        ) : (
          answer.labels.slice(0, 2).map(({ label, score }, place) => (
            <span key={label} class={place === 0 ? "row" : "row quiet"}>
              <span>{label}</span> <span class="figures">{formatScore(score, answer.bare)}</span>
            </span>
          ))
        )}
      </span>
    </button>
  );
}
