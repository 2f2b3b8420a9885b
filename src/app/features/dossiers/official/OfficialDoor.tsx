/** "Remplir le formulaire officiel", where this server holds one for the procedure; the part itself comes when it is asked for. */
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import type { Form } from "../../../../forms/model.ts";
import type { OfficialMap } from "../../../../forms/official/model.ts";
import { isPublishedProcedure } from "../../../../forms/published.ts";
import { ok } from "../../../../shared/result.ts";
import type { DossierView } from "../../../../workers/satchel.contract.ts";
import { useAreas, useT } from "../../../i18n/useT.ts";
import { useAsk } from "../../../state/satchel.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";

export interface OfficialProps {
  readonly dossier: DossierView;
  readonly form: Form;
}

/** `server`: the mapping is asked of it; a published form brings its own, signed with it. */
export type MapSource = OfficialMap | "server";

type Part = ComponentType<OfficialProps & { readonly source: MapSource }>;

/** Nothing where the server has no official PDF for this procedure. Stands beside the sheet, in the same screen. */
export function OfficialDoor(props: OfficialProps) {
  const t = useT();
  const { form } = props;
  const asked = useAsk<MapSource | null>(
    `official ${form.id} ${form.version}`,
    async (api) => {
      if (isPublishedProcedure(form.id)) {
        const found = await api.publishedForm(form.id, form.version);
        return ok(found.ok ? (found.value.official ?? null) : null);
      }
      const deployment = await api.deployment();
      return deployment.ok ? ok(deployment.value?.official?.includes(form.id) === true ? "server" : null) : deployment;
    },
    ["deployment"],
  );
  const [part, setPart] = useState<{ readonly Part: Part } | "closed" | "loading" | "absent">("closed");
  const worded = useAreas("official");
  const source = asked.state === "ready" ? asked.value : null;
  if (!worded || source === null) return null;
  if (typeof part === "object") return <part.Part {...props} source={source} />;
  const bring = (): void => {
    setPart("loading");
    import("./OfficialPart.tsx").then(
      ({ OfficialPart }) => setPart({ Part: OfficialPart }),
      // Neither on this device nor reachable now.
      () => setPart("absent"),
    );
  };
  return (
    <section class="card stack-m noprint" aria-labelledby="officiel">
      <h2 id="officiel" class="h3">
        {t("official.door.title")}
      </h2>
      <p>{t("official.door.text")}</p>
      {part === "absent" && (
        <Banner tone="soon" icon="information">
          {t("dossiers.start.comingMore")}
        </Banner>
      )}
      <Button
        kind="second"
        wide
        icon="fichier"
        busy={part === "loading" ? t("official.door.busy") : undefined}
        onPress={bring}
      >
        {t("official.door.open")}
      </Button>
    </section>
  );
}
