import { Bars, formatMs, Notice, useMessages } from "@qkv/app-shell";
import { SaliencyControls } from "./SaliencyControls.tsx";
import { SaliencyField } from "./SaliencyField.tsx";
import { heat, kind, patch, shape } from "./saliency.ts";
import { MESSAGES } from "./messages.ts";
import { type Picture, removePicture } from "./pictures.ts";
import { Prediction } from "./Prediction.tsx";

const TOP = 5;

/** One picture, large: what is in it, and where the model looked. */
export function PictureView({ picture }: { readonly picture: Picture }) {
  const messages = useMessages(MESSAGES);
  const { name, url, answer, error } = picture;
  return (
    <article class="card picture" aria-label={name} aria-busy={answer === undefined && error === undefined}>
      <div class="row picture-head">
        <span class="file-name small quiet">{name}</span>
        <button type="button" class="plain" aria-label={messages.remove(name)} onClick={() => removePicture(picture)}>
          ✕
        </button>
      </div>
      {error !== undefined && <Notice error={error} />}
      {answer === undefined && error === undefined && <p class="quiet">{messages.waiting}</p>}
      {answer !== undefined && (
        <>
          <div class="picture-body">
            <div class="frame">
              <img src={url} alt={name} decoding="async" />
              {kind.value !== "off" && shape.value && (
                <SaliencyField
                  heat={heat.value}
                  region={shape.value.region}
                  patch={patch.value}
                  onPatch={(at) => (patch.value = at)}
                />
              )}
            </div>
            <div class="stack answer">
              <Prediction labels={answer.labels} bare={answer.bare} />
              <Bars labels={answer.labels} top={TOP} bare={answer.bare} />
              <p class="small quiet figures">{formatMs(answer.ms)}</p>
            </div>
          </div>
          <SaliencyControls />
        </>
      )}
    </article>
  );
}
