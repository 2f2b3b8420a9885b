/** "Garder seulement sur ce téléphone", with what it means, and what a change of it means for copies that exist already. */
import { type Keeping, keepingChange, staysHere } from "../../../satchel/keeping.ts";
import { paperType } from "../../../satchel/paper-types.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Checkbox } from "../../ui/Choice.tsx";

/** States in which the server has something of it. */
const AT_SERVER: ReadonlySet<PaperView["state"]> = new Set(["leaving", "sealed-copy", "two-copies", "away"]);

export interface StayChoiceProps {
  readonly paper: PaperView;
  readonly kind: string | null;
  /** Null: as the kind says. */
  readonly stay: boolean | null;
  readonly onChange: (stay: boolean) => void;
}

export function StayChoice({ paper, kind, stay, onChange }: StayChoiceProps) {
  const t = useT();
  const devices = useAsk("devices", (api) => api.devices(), []);
  const after: Keeping = stay === null ? { kind } : { kind, stay };
  const isHere = staysHere(after);
  const server = AT_SERVER.has(paper.state);
  const others = devices.state === "ready" && devices.value.some((device) => !device.here && device.removedAt === null);
  // A draft has travelled nowhere yet: only what it will mean is said.
  const changes =
    paper.record.status === "draft"
      ? isHere
        ? (["lost-with-phone"] as const)
        : []
      : keepingChange(paper.record, after, { server, devices: server && others });
  const said = changes.length > 0 || !isHere ? changes : (["lost-with-phone"] as const);
  return (
    <div class="stack-s">
      <Checkbox
        checked={isHere}
        onChange={onChange}
        label={t("papers.details.stay")}
        more={t("papers.details.stayMore")}
        icon="telephone"
      />
      {isHere && paperType(kind)?.localOnlyByDefault === true && <p class="hint">{t("papers.details.stayHealth")}</p>}
      {said.length > 0 && (
        <Banner tone="quiet" icon="telephone" quiet={changes.length === 0}>
          {said.map((change) => t(`papers.details.stayChange.${change}`)).join(" ")}
        </Banner>
      )}
      {isHere && <p class="hint">{t("papers.details.stayName")}</p>}
    </div>
  );
}
