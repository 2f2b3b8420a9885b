/** What the person said aloud, each under its question: heard here from memory, or saved after a warning. Runs in the page. */
import type { LetterId } from "../../shared/ids.ts";
import { voicedKey } from "../../shared/voice.ts";
import type { DeskDossier } from "../../workers/desk.contract.ts";
import { useT } from "../i18n/useT.ts";
import { Hear } from "../ui/Hear.tsx";
import { SaveRaw } from "./PaperPane.tsx";
import { failureText, isDeskFailure, useDesk } from "./state.ts";

type Paper = DeskDossier["papers"][number];

export const isSpoken = (paper: Pick<Paper, "requirement">): boolean => voicedKey(paper.requirement) !== undefined;

/** Of a letter: the lengths are beside the papers, in the same order. */
const lengthOf = (dossier: DeskDossier, paper: Paper): number =>
  Math.round(dossier.payload.papers[dossier.papers.indexOf(paper)]?.seconds ?? 0);

export function VoicePane({ dossier }: { readonly dossier: DeskDossier }) {
  const t = useT();
  const spoken = dossier.papers.filter(isSpoken);
  if (spoken.length === 0) return null;
  return (
    <section class="pane" aria-labelledby="voices-title">
      <div class="pane__h">
        <h2 id="voices-title">{t("desk.voice.title")}</h2>
      </div>
      <p class="pane__p">{t("desk.voice.lead")}</p>
      <ul class="pane__p stack">
        {spoken.map((paper, n) =>
          paper.pages.map((page) => (
            <li key={page.blob} class="stack-s noprint">
              <p lang="fr" dir="auto">
                <b>{paper.title}</b>
              </p>
              <One
                letter={dossier.row.letter}
                page={page}
                seconds={lengthOf(dossier, paper)}
                name={`${dossier.row.number}-voix-${n + 1}`}
              />
            </li>
          )),
        )}
      </ul>
    </section>
  );
}

interface OneProps {
  readonly letter: LetterId;
  readonly page: Paper["pages"][number];
  readonly seconds: number;
  /** Of the saved file: it says nothing of a person. */
  readonly name: string;
}

function One({ letter, page, seconds, name }: OneProps) {
  const t = useT();
  const { api } = useDesk();
  return (
    <>
      <Hear
        read={async () => {
          const answer = await api.page(letter, page.blob);
          if (answer.ok) return { bytes: answer.value.bytes };
          return { trouble: isDeskFailure(answer.error) ? failureText(answer.error) : t("desk.papers.onItsWay") };
        }}
        words={{
          listen: t("desk.voice.listen", {
            minutes: Math.floor(seconds / 60),
            seconds: String(seconds % 60).padStart(2, "0"),
          }),
          stop: t("desk.voice.stop"),
          coming: t("desk.voice.coming"),
          unheard: t("desk.voice.unheard"),
        }}
      />
      <SaveRaw letter={letter} page={page} name={name} />
    </>
  );
}
