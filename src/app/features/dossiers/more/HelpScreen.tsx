/** "Quelqu'un m'aide à remplir": one sentence to agree to, who it is if one likes, and the end of it. Needs "journey". */
import { useState } from "preact/hooks";
import { HELP_MS, runningHelp } from "../../../../satchel/dossier.ts";
import type { Helped } from "../../../../satchel/model.ts";
import type { RecordId } from "../../../../shared/ids.ts";
import type { DossierView, HelpGiven, WorkerError } from "../../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../../feature.ts";
import { formatDate, formatTime } from "../../../i18n/format.ts";
import { language } from "../../../i18n/i18n.ts";
import { isolated } from "../../../i18n/rich.tsx";
import { useT } from "../../../i18n/useT.ts";
import { Frame } from "../../../state/Frame.tsx";
import { ReadAloud } from "../../../state/ReadAloud.tsx";
import { useSatchel } from "../../../state/satchel.ts";
import { useShell } from "../../../state/shell.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox } from "../../../ui/Choice.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { PersonalForm } from "../../../ui/personal.tsx";
import { moveTo } from "../../../ui/places.ts";
import { useWorld } from "../../../ui/world.ts";
import { settled } from "../autosave.ts";
import { Trouble, useDossier, WaitingScreen } from "../useDossier.tsx";

const AGREE = "accord";

/** "/dossiers/:dossier/aide" */
export function HelpScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId);
  return loaded.state === "ready" ? <Help dossier={loaded.dossier} /> : <WaitingScreen waiting={loaded} />;
}

const called = ({ name, structure }: Pick<Helped, "name" | "structure">): string =>
  [name, structure].filter((part) => part.trim() !== "").join(", ");

function Help({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  const { api } = useSatchel();
  const { router, say } = useShell();
  const { clock } = useWorld();
  const { id, record } = dossier;
  const [name, setName] = useState("");
  const [structure, setStructure] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const running = runningHelp(record, clock.now());
  const past = Object.entries(record.helped ?? {}).filter(
    ([, help]) => help.ended !== undefined || clock.now() - help.at >= HELP_MS,
  );
  const who = (help: Pick<Helped, "name" | "structure">): string =>
    called(help) === "" ? t("journey.help.somebody") : isolated(called(help));
  const consent = t("journey.help.consent", { who: who({ name, structure }) });

  async function change(about: HelpGiven | null): Promise<void> {
    await settled(api);
    const kept = await api.setHelp(id, about);
    if (!kept.ok) return setError(kept.error);
    say(t(about === null ? "journey.help.ended" : "journey.help.began"));
    router.back(paths.dossier(id));
  }
  const title = t("journey.help.title");
  return (
    <Frame title={title} tab="dossiers" back={paths.dossier(id)}>
      <div class="stack-m">
        <h1>{title}</h1>
        <p class="lead">{t("journey.help.lead")}</p>
        <p>{t("journey.help.what")}</p>
        <ReadAloud text={[title, t("journey.help.lead"), t("journey.help.what"), consent]} />
      </div>
      {error !== null && <Trouble error={error} />}
      {running === null ? (
        <PersonalForm class="stack" onSubmit={() => undefined}>
          <TextField label={t("journey.help.name")} value={name} maxLength={200} onChange={setName} />
          <TextField
            label={t("journey.help.structure")}
            hint={t("journey.help.structureHint")}
            value={structure}
            maxLength={200}
            onChange={setStructure}
          />
          <Checkbox id={AGREE} checked={agreed} onChange={setAgreed} label={consent} />
          <Button
            wide
            icon="main"
            missing={agreed ? undefined : t("journey.help.agree")}
            onMissing={() => moveTo(AGREE)}
            onPress={() =>
              void change({ name: name.trim(), structure: structure.trim(), consent, language: language() })
            }
          >
            {t("journey.help.begin")}
          </Button>
        </PersonalForm>
      ) : (
        <div class="stack-m">
          <Banner tone="quiet" icon="main" quiet>
            {t("journey.help.running", { who: who(running), time: formatTime(running.at) })}
          </Banner>
          <Button wide onPress={() => void change(null)}>
            {t("journey.help.end")}
          </Button>
        </div>
      )}
      {past.length > 0 && (
        <section class="stack-s" aria-labelledby="qui-a-aide">
          <h2 id="qui-a-aide">{t("journey.help.past")}</h2>
          <ul>
            {past.map(([key, help]) => (
              <li key={key}>{t("journey.help.pastLine", { who: who(help), date: formatDate(help.at) })}</li>
            ))}
          </ul>
        </section>
      )}
    </Frame>
  );
}
