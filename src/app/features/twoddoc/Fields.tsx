/** What a code says, one thing at a time, to keep or not; before it, in one of three honest states, whether it was checked. */
import { useEffect, useState } from "preact/hooks";
import { checkTwoDDoc, type KeyPack, type TwoDDocState, type VerifyTwoDDoc } from "../../../satchel/twoddoc/check.ts";
import { documentKinds, isSecret } from "../../../satchel/twoddoc/fields.ts";
import { type Keepable, keepablesOf, keptPatch, kindOf } from "../../../satchel/twoddoc/keep.ts";
import type { TwoDDoc } from "../../../satchel/twoddoc/read.ts";
import type { PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import type { TextKey } from "../../i18n/catalogue.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { t } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CheckGroup } from "../../ui/Choice.tsx";
import { FieldError } from "../../ui/Field.tsx";
import { today } from "../../ui/papers/StateChip.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { useWorld } from "../../ui/world.ts";

/** Keys of issuers, and how a signature is checked with one. */
export interface Trust {
  readonly pack: KeyPack<CryptoKey> | null;
  readonly verify: VerifyTwoDDoc<CryptoKey>;
}

/** Words that data name: these catalogues are held together by a test. */
const word = (key: string): string => t(`twoddoc.${key}` as TextKey);

function nameOf({ meaning, whose }: Keepable): string {
  const what = word(`meanings.${meaning}`);
  if (whose === "self" || whose === "none") return what;
  return t("twoddoc.ofWhom", { what, who: word(`whose.${whose}`) });
}

const shownOf = ({ date, value }: Keepable): string => (date === null ? value : formatCalendarDate(date));

/** For the note: as the person reads it now, and the same in any other program. */
const lineOf = (item: Keepable): string => t("twoddoc.line", { what: nameOf(item), value: shownOf(item) });

function StateBanner({ state }: { readonly state: TwoDDocState }) {
  const t = useT();
  const title = word(`states.${state.state}`);
  if (state.state === "checked")
    return (
      <Banner tone="done" icon="valider" title={title} quiet>
        {state.oldList && t("twoddoc.why.old-list")}
      </Banner>
    );
  if (state.state === "does-not-match")
    return (
      <Banner tone="redo" icon="attention" title={title}>
        {t("twoddoc.doubt")}
      </Banner>
    );
  return (
    <Banner tone="soon" icon="information" title={title} quiet>
      {word(`why.${state.why}`)}
    </Banner>
  );
}

export interface FieldsProps {
  readonly paper: PaperView;
  readonly doc: TwoDDoc;
  readonly trust: Trust;
  readonly onFailing: (failing: boolean) => void;
}

/** Needs the areas "twoddoc" and those of papers. */
export function Fields({ paper, doc, trust, onFailing }: FieldsProps) {
  const t = useT();
  const { api } = useSatchel();
  const { router, say } = useShell();
  const { clock } = useWorld();
  const { record } = paper;
  const items = keepablesOf(doc, kindOf(doc) ?? record.kind, record.holder);
  const [state, setState] = useState<TwoDDocState | null>(null);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const back = paths.paper(paper.id);
  useEffect(() => {
    let gone = false;
    void checkTwoDDoc(doc, trust.pack, trust.verify, today(clock.now())).then((checked) => {
      if (!gone) setState(checked);
    });
    return () => {
      gone = true;
    };
  }, [doc, trust]);
  if (state === null) return null;
  // What its issuer did not sign is not proposed.
  const proposed = state.state === "does-not-match" ? [] : items.filter((item) => item.proposed).map((item) => item.id);
  const ticked = chosen ?? proposed;

  async function keep(): Promise<void> {
    const wanted = items.filter((item) => ticked.includes(item.id));
    setMissing(wanted.length === 0);
    onFailing(wanted.length === 0);
    if (wanted.length === 0 || busy) return;
    setBusy(true);
    setError(null);
    const patch = keptPatch(record, doc, wanted, lineOf);
    const described = Object.keys(patch.paper).length === 0 ? null : await api.describePaper(paper.id, patch.paper);
    const kept =
      described?.ok === false || Object.keys(patch.profile).length === 0
        ? described
        : await api.saveProfile(patch.profile);
    setBusy(false);
    if (kept?.ok === false) return setError(kept.error);
    say(t("twoddoc.kept"));
    router.back(back);
  }

  return (
    <div class="stack-m">
      <StateBanner state={state} />
      {doc.header.document in documentKinds && (
        <p>{t("twoddoc.is", { kind: word(`documents.${doc.header.document}`) })}</p>
      )}
      {items.length === 0 && <p>{t("twoddoc.nothing")}</p>}
      {items.length > 0 && (
        <PersonalForm class="stack-m" onSubmit={() => void keep()}>
          <fieldset aria-describedby={missing ? "code-missing" : undefined}>
            <legend class="flabel q-gap">{t("twoddoc.question")}</legend>
            {missing && <FieldError id="code-missing">{t("twoddoc.chooseOne")}</FieldError>}
            <CheckGroup
              values={[...ticked]}
              onChange={setChosen}
              invalid={missing}
              firstId="code-first"
              options={items.map((item) => ({
                value: item.id,
                label: t("twoddoc.line", { what: nameOf(item), value: isolated(shownOf(item)) }),
                more: [
                  word(`to.${item.to.in}`),
                  ...(item.truncated ? [t("twoddoc.shortened")] : []),
                  ...(isSecret(item.meaning) ? [t("twoddoc.secret")] : []),
                ].join(" "),
              }))}
            />
          </fieldset>
          {error !== null && <Trouble error={error} onRetry={() => void keep()} />}
          <Button type="submit" wide icon="besace" busy={busy ? t("twoddoc.keeping") : undefined}>
            {t("twoddoc.keep")}
          </Button>
        </PersonalForm>
      )}
      <LinkButton kind="second" wide href={back}>
        {t("twoddoc.leave")}
      </LinkButton>
    </div>
  );
}
