/**
 * "Tout emporter": everything in one readable file, or the ways to a sealed one. In the page; needs no network.
 *
 * Surprising: the warning is the press itself. Nothing in clear is made before the person has said that they understood.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { OutCopy, OutRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { useSaveFile } from "../../state/useSaveFile.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/States.tsx";
import { Inside, NotNow, useExportWords } from "./parts.tsx";

/** Browsers write names of downloads into their history: this one says nothing (INV-3). */
const FILE_NAME = "besace.zip";

type Stage =
  | { readonly at: "before" | "busy" }
  | { readonly at: "ready"; readonly copy: OutCopy; readonly saved: boolean }
  | { readonly at: "refused"; readonly refusal: OutRefusal }
  | { readonly at: "failed"; readonly error: WorkerError };

export function OutScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { open } = useShell();
  const words = useExportWords();
  const save = useSaveFile();
  const [stage, setStage] = useState<Stage>({ at: "before" });

  async function prepare(): Promise<void> {
    setStage({ at: "busy" });
    const said = await words();
    if (!said.ok) return setStage({ at: "failed", error: said.error });
    const made = await api.exportAll(said.value);
    if (made.ok) setStage({ at: "ready", copy: made.value, saved: false });
    else if (isWorkerError(made.error)) setStage({ at: "failed", error: made.error });
    else setStage({ at: "refused", refusal: made.error });
  }

  // The button goes away with what it made: the focus goes to what took its place.
  const ready = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (stage.at === "ready") ready.current?.focus();
  }, [stage.at]);

  const title = t("sortie.title");
  const error: WorkerError | null = stage.at === "failed" ? stage.error : open ? null : { type: "locked" };
  return (
    <Frame
      title={title}
      back={paths.settings}
      failing={stage.at === "failed"}
      arrival={stage.at === "failed" || stage.at === "refused" ? stage.at : "before"}
    >
      <div class="stack-m">
        <h1>{title}</h1>
        <p>{t("sortie.text")}</p>
      </div>
      {error !== null ? (
        <NotNow error={error} onRetry={() => setStage({ at: "before" })} />
      ) : stage.at === "refused" && stage.refusal.type === "nothing" ? (
        <EmptyState title={t("sortie.copy.empty")} text={t("sortie.text")} />
      ) : (
        <section class="card stack-m" aria-labelledby="lisible">
          <h2 id="lisible">{t("sortie.plain.title")}</h2>
          {stage.at !== "ready" && (
            <>
              <p>{t("sortie.plain.text")}</p>
              <Banner tone="soon" icon="attention">
                {t("sortie.plain.warning")} {t("sortie.plain.shared")}
              </Banner>
              {stage.at === "refused" && (
                <Banner tone="redo" icon="attention">
                  {t("sortie.copy.tooLarge")}
                </Banner>
              )}
              <Button
                wide
                icon="boite"
                busy={stage.at === "busy" ? t("sortie.plain.busy") : undefined}
                onPress={() => void prepare()}
              >
                {t("sortie.plain.prepare")}
              </Button>
            </>
          )}
          {stage.at === "ready" && (
            <>
              <h3 ref={ready} tabIndex={-1}>
                {t("sortie.plain.ready")}
              </h3>
              <Inside copy={stage.copy} />
              <Button
                wide
                kind={stage.saved ? "second" : "main"}
                icon="fichier"
                onPress={() => {
                  save(stage.copy.file, FILE_NAME);
                  setStage({ ...stage, saved: true });
                }}
              >
                {t("sortie.plain.save")}
              </Button>
              <p role="status">{stage.saved && t("sortie.copy.saved")}</p>
            </>
          )}
        </section>
      )}
      <nav class="stack-s" aria-label={t("sortie.entry")}>
        <LinkRow icon="cadenas" href={paths.outSealed}>
          {t("sortie.sealed.link")}
        </LinkRow>
        <LinkRow icon="retour" href={paths.takeIn}>
          {t("sortie.takeIn.title")}
        </LinkRow>
        <LinkRow icon="deux-copies" href={paths.joinSatchels}>
          {t("sortie.joining.title")}
        </LinkRow>
      </nav>
    </Frame>
  );
}
