/**
 * "Préparer sur <site>", for a form that was imported from there; the part itself comes when it is asked for, and at once where
 * something was prepared. Stands beside the sheet, which is the way that always works.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Form } from "../../../../forms/model.ts";
import type { DossierView } from "../../../../workers/satchel.contract.ts";
import { isolated } from "../../../i18n/rich.tsx";
import { useAreas, useT } from "../../../i18n/useT.ts";
import { useAsk } from "../../../state/satchel.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";

export interface HandOffProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly site: Site;
}

/** `path`: the word of the procedure in its addresses there. */
export interface Site {
  readonly name: string;
  readonly path: string;
}

const ADDRESS = /^(https?:\/\/[^/?#]+)\/(?:commencer|preremplir)\/([a-z0-9_-]{3,200})(?:[/?#]|$)/;

/** Null: this server prepares nothing there. */
function siteOf(url: string | undefined, prefill: { readonly name: string; readonly url: string } | undefined) {
  const [, origin, path] = ADDRESS.exec(url ?? "") ?? [];
  return prefill === undefined || path === undefined || origin !== prefill.url ? null : { name: prefill.name, path };
}

/** Nothing for a form of another origin. */
export function HandOffDoor({ dossier, form }: Omit<HandOffProps, "site">) {
  const t = useT();
  const asked = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const worded = useAreas("official");
  const isBegun = Object.keys(dossier.record.handOffs ?? {}).length > 0;
  const [part, setPart] = useState<{ readonly Part: ComponentType<HandOffProps> } | "closed" | "loading" | "absent">(
    "closed",
  );
  const site = asked.state === "ready" ? siteOf(form.origin?.url, asked.value?.prefill) : null;
  const bring = (): void => {
    setPart("loading");
    import("./HandOffPart.tsx").then(
      ({ HandOffPart }) => setPart({ Part: HandOffPart }),
      // Neither on this device nor reachable now.
      () => setPart("absent"),
    );
  };
  const mayBring = isBegun && site !== null;
  useEffect(() => {
    if (mayBring) bring();
  }, [mayBring]);
  if (!worded || form.origin?.kind !== "ds" || asked.state !== "ready") return null;
  if (site === null)
    return (
      <div class="noprint">
        <Banner tone="quiet" icon="information" title={t("official.handoff.off")} quiet>
          {t("official.handoff.copy")}
        </Banner>
      </div>
    );
  if (typeof part === "object") return <part.Part dossier={dossier} form={form} site={site} />;
  const name = isolated(site.name);
  return (
    <section class="card stack-m noprint" aria-labelledby="ailleurs">
      <h2 id="ailleurs" class="h3">
        {t("official.handoff.title", { site: name })}
      </h2>
      <p>{t("official.handoff.text")}</p>
      {part === "absent" && (
        <Banner tone="soon" icon="information">
          {t("dossiers.start.comingMore")}
        </Banner>
      )}
      <Button kind="second" wide busy={part === "loading" ? t("official.handoff.busy") : undefined} onPress={bring}>
        {t("official.handoff.open")}
      </Button>
    </section>
  );
}
