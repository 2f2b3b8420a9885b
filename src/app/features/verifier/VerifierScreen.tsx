/**
 * "Vérifier un récépissé": a file, a code or a text, held against the keys that this device knows. Who, when, how many, which hashes; or
 * the one sentence that says what is wrong. In the page; nobody has to be signed in, nothing is kept and nothing leaves.
 */
import { useEffect, useState } from "preact/hooks";
import { connectVerify } from "../../../workers/verify.client.ts";
import type { CheckedReceipt, VerifyTrouble } from "../../../workers/verify.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ScanQr } from "../../state/ScanQr.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { type Row, Rows } from "../../ui/Rows.tsx";

export interface VerifierProps {
  /** Tests hand in another. */
  readonly connect?: typeof connectVerify;
}

type Stage =
  | { readonly at: "before" | "busy" }
  | { readonly at: "wrong"; readonly trouble: VerifyTrouble }
  | { readonly at: "right"; readonly receipt: CheckedReceipt };

/** A receipt with a thousand pages is shorter. */
const MOST_BYTES = 1_000_000;

function Right({ receipt }: { readonly receipt: CheckedReceipt }) {
  const t = useT();
  const moment = (at: number): string => t("verifier.moment", { date: formatDate(at, "long"), time: formatTime(at) });
  const { to, operator, depositedAt, completeAt, openedAt, of, have, manifest, roots } = receipt;
  const hash = (text: string) => (
    <bdi class="hash" dir="ltr">
      {text.match(/.{1,8}/g)?.join(" ")}
    </bdi>
  );
  const rows: readonly Row[] = [
    { key: "to", name: t("verifier.to"), value: to === null ? t("verifier.toUnknown") : isolated(to.name) },
    { key: "by", name: t("verifier.by"), value: isolated(operator) },
    { key: "deposited", name: t("verifier.deposited"), value: moment(depositedAt) },
    ...(completeAt === null ? [] : [{ key: "complete", name: t("verifier.complete"), value: moment(completeAt) }]),
    ...(openedAt === null ? [] : [{ key: "opened", name: t("verifier.opened"), value: moment(openedAt) }]),
    ...(of === null
      ? []
      : [
          {
            key: "pages",
            name: t("verifier.pages"),
            value: completeAt === null && have !== null ? t("verifier.some", { have, of }) : t("verifier.all", { of }),
          },
        ]),
    { key: "manifest", name: t("verifier.manifest"), value: hash(manifest) },
  ];
  return (
    <>
      <Banner tone="done" icon="valider" title={t("verifier.right")}>
        {t(openedAt === null ? "verifier.rightMore" : "verifier.rightOpened")}
      </Banner>
      <Rows rows={rows} />
      {roots !== null && roots.length > 0 && (
        <details>
          <summary>{t("verifier.roots", { n: roots.length })}</summary>
          <p class="meta">{t("verifier.rootsMore")}</p>
          <ol class="stack-s">
            {roots.map((root) => (
              <li key={root}>{hash(root)}</li>
            ))}
          </ol>
        </details>
      )}
      <p class="meta">{t("verifier.limit")}</p>
    </>
  );
}

export function Verifier({ connect = connectVerify }: VerifierProps) {
  const t = useT();
  const [bridge] = useState(connect);
  const [stage, setStage] = useState<Stage>({ at: "before" });
  const [typed, setTyped] = useState("");
  useEffect(() => () => bridge.stop(), [bridge]);

  async function check(text: string): Promise<void> {
    setStage({ at: "busy" });
    const checked = await bridge.api.verify(text);
    setStage(checked.ok ? { at: "right", receipt: checked.value } : { at: "wrong", trouble: checked.error });
  }
  async function checkFile(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    // A photo in the place of the file is for the other button.
    await check(file.size > MOST_BYTES ? "" : await file.text());
  }
  const title = t("verifier.title");
  return (
    <Frame title={title} back={paths.start} failing={stage.at === "wrong"}>
      <h1>{title}</h1>
      <p class="lead">{t("verifier.lead")}</p>
      <div class="stack-m" role="status">
        {stage.at === "busy" && <p>{t("verifier.busy")}</p>}
        {stage.at === "right" && <Right receipt={stage.receipt} />}
      </div>
      {stage.at === "wrong" && (
        <Banner tone="redo" icon="attention" title={t(`verifier.wrong.${stage.trouble.type}.title`)}>
          {t(`verifier.wrong.${stage.trouble.type}.text`)}
        </Banner>
      )}
      <section class="stack-m" aria-labelledby="verifier-choose">
        <h2 id="verifier-choose">{t(stage.at === "right" ? "verifier.another" : "verifier.choose")}</h2>
        <FilePicker
          icon="fichier"
          title={t("verifier.file")}
          detail={t("verifier.fileMore")}
          accept=".txt,text/plain"
          onFiles={(files) => void checkFile(files[0])}
        />
        <ScanQr onText={(text) => void check(text)} />
        <form
          class="stack-s"
          autocomplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            void check(typed);
          }}
        >
          <label class="stack-s">
            <span>{t("verifier.paste")}</span>
            <textarea
              class="input"
              rows={3}
              dir="ltr"
              autocomplete="off"
              spellcheck={false}
              translate={false}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          <Button type="submit" kind="second" wide>
            {t("verifier.check")}
          </Button>
        </form>
      </section>
      <p class="meta">{t("verifier.private")}</p>
    </Frame>
  );
}

/** "/verifier" */
export const VerifierScreen = () => <Verifier />;
