/**
 * Choosing a code, twice, for a new satchel (mock-ups 02 and 02b). Nothing reaches a server; the code lives in memory only.
 */
import { useEffect, useState } from "preact/hooks";
import type { CodeKind } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { ChosenCode } from "../../state/ChosenCode.tsx";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { freePicture, PICTURES, type Picture } from "../../state/pictures.ts";
import { useRoot } from "../../state/root.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useHold } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { PictureChoice } from "./PictureChoice.tsx";

/** The picture of the new satchel, with a way to change it. */
function PictureRow({
  picture,
  taken,
  onChange,
}: {
  readonly picture: Picture;
  readonly taken: readonly string[];
  readonly onChange: (name: Picture) => void;
}) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="stack-s" aria-labelledby="image">
      <div class="row row--tight row--nowrap row--between">
        <p class="row row--tight row--nowrap" id="image">
          <Icon name={picture} />
          <span>{t("opening.picture.yours", { name: t(`opening.pictures.${picture}`) })}</span>
        </p>
        <button type="button" class="edit" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t("opening.picture.change")}
        </button>
      </div>
      {isOpen && <PictureChoice value={picture} taken={taken} onChange={onChange} />}
      <p class="hint">{t("opening.picture.why")}</p>
    </section>
  );
}

export function CodeScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { random } = useRoot();
  const [picture, setPicture] = useState<Picture>(() => freePicture([], random));
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [stage, setStage] = useState<"first" | "again">("first");
  const [kind, setKind] = useState<CodeKind>("digits");
  const [taken, setTaken] = useState<readonly string[]>([]);
  useHold(stage === "again" || busy);

  useEffect(() => {
    void api.opening().then((answer) => {
      if (!answer.ok || answer.value.type !== "locked") return;
      const others = answer.value.profiles.map((profile) => profile.pictogram);
      setTaken(others);
      setPicture((before) => (others.includes(before) ? freePicture(others, random) : before));
    });
  }, [api, random]);

  const create = (code: string): void => {
    setBusy(true);
    // The shell sees the open satchel and leads to the card.
    void api.create({ code, language: language(), pictogram: picture }).then((answer) => {
      if (answer.ok) return;
      setBusy(false);
      setError(isWorkerError(answer.error) ? errorText(answer.error) : t(`opening.refused.${answer.error.type}`));
    });
  };
  const isFull = PICTURES.every((name) => taken.includes(name));
  if (isFull)
    return (
      <Frame title={t("opening.choose")} back={paths.start}>
        <h1>{t("opening.choose")}</h1>
        <p>{t("opening.who.full")}</p>
      </Frame>
    );
  const title =
    stage === "first" ? t("opening.choose") : t(kind === "pictures" ? "opening.images.againTitle" : "opening.again");
  return (
    <Frame title={title} back={paths.start} arrival={stage}>
      <div class="stack-s">
        <p class="meta">
          <b>{t("opening.step", { n: 1, total: 2 })}</b>
        </p>
        <h1>{title}</h1>
      </div>
      <ChosenCode
        busy={busy}
        error={error}
        onStage={(next, chosen) => {
          setStage(next);
          setKind(chosen);
        }}
        onChosen={(code) => {
          setError(undefined);
          create(code);
        }}
      />
      {stage === "first" && <PictureRow picture={picture} taken={taken} onChange={setPicture} />}
      <Banner tone="quiet" icon="information" quiet>
        {t("opening.cardNext")}
      </Banner>
    </Frame>
  );
}
