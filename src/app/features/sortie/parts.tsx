/** What the screens of this feature share: what a copy holds, what came in, refusals in words. */
import { useCallback } from "preact/hooks";
import type { ExportWords } from "../../../satchel/export-words.ts";
import type { Result } from "../../../shared/result.ts";
import { ok } from "../../../shared/result.ts";
import type { OutCopy, SealedFileRefusal, TakenIn, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatList } from "../../i18n/format.ts";
import { t as say } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { failure } from "../../state/errors.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { FailedState, LockedState } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { exportWords } from "./words.ts";

/** Asks the open satchel for all that the words of a copy need. */
export function useExportWords(): () => Promise<Result<ExportWords, WorkerError>> {
  const { api } = useSatchel();
  const { clock } = useWorld();
  return useCallback(async () => {
    const [papers, dossiers, profile, deployment] = await Promise.all([
      api.papers(),
      api.dossiers(),
      api.profile(),
      api.deployment(),
    ]);
    if (!papers.ok) return papers;
    if (!dossiers.ok) return dossiers;
    if (!profile.ok) return profile;
    if (!deployment.ok) return deployment;
    const given = { api, papers: papers.value, dossiers: dossiers.value, profile: profile.value };
    return ok(await exportWords({ ...given, deployment: deployment.value, now: clock.now() }));
  }, [api, clock]);
}

/** Counts, size, and what is not in it. */
export function Inside({ copy }: { readonly copy: OutCopy }) {
  const t = useT();
  const { file, papers, dossiers, missing } = copy;
  return (
    <>
      <p>{t("sortie.copy.inside", { papers, dossiers, size: formatBytes(file.size) })}</p>
      {missing > 0 && (
        <Banner tone="soon" icon="attention">
          {t("sortie.copy.missing", { n: missing })}
        </Banner>
      )}
    </>
  );
}

/** What came in, and what did not. */
export function Came({ taken }: { readonly taken: TakenIn }) {
  const t = useT();
  const { papers, dossiers, known, missing } = taken;
  return (
    <>
      <p>
        {t("sortie.taken.count", { papers, dossiers })}
        {known > 0 && ` ${t("sortie.taken.known", { n: known })}`}
      </p>
      {missing > 0 && (
        <Banner tone="soon" icon="attention">
          {t("sortie.taken.missing", { n: missing })}
        </Banner>
      )}
    </>
  );
}

/** Why a file of a sealed copy is not opened. */
export function refusedText(refusal: SealedFileRefusal): string {
  if (refusal.type === "other-card") return say("sortie.refused.other-card", { n: refusal.set + 1 });
  if (refusal.type === "wrong-groups")
    return say("sortie.refused.wrong-groups", { groups: formatList(refusal.groups.map(String)) });
  return say(`sortie.refused.${refusal.type}`);
}

/** The satchel is closed, or something failed. */
export function NotNow({ error, onRetry }: { readonly error: WorkerError; readonly onRetry: () => void }) {
  const t = useT();
  const { go } = useShell();
  return error.type === "locked" ? (
    <LockedState
      title={t("sortie.locked.title")}
      detail={t("sortie.locked.text")}
      action={t("sortie.locked.open")}
      onOpen={() => go(paths.start)}
    />
  ) : (
    <FailedState title={t("sortie.failed")} {...failure(error)} onRetry={onRetry} />
  );
}
