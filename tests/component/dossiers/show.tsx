/** Draws screens of dossiers over a fake satchel. Every form's words are loaded, as after a first visit. */
import type { ComponentType } from "preact";
import type { ScreenProps } from "../../../src/app/feature.ts";
import { loadAreas } from "../../../src/app/i18n/i18n.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { FAKE_DEPLOYMENT, type FakeSatchel } from "../../support/fake-satchel.ts";
import { type ShownScreen, type ShowOptions, showScreen } from "../../support/fake-shell.tsx";

/** A deployment whose desk takes every procedure; `open`: its key is known. */
export const deployment = (open = true) => ({
  ...FAKE_DEPLOYMENT,
  organisations: FAKE_DEPLOYMENT.organisations.map((organisation) => ({
    ...organisation,
    procedures: ["domiciliation", "lettre-incomprise", "demande-libre"],
    statements: open ? [{ body: "", sig: "" } as never] : [],
  })),
});

export async function show(
  Screen: ComponentType<ScreenProps>,
  params: Readonly<Record<string, string>>,
  satchel: FakeSatchel,
  options: Partial<ShowOptions> = {},
): Promise<ShownScreen> {
  await loadAreas("form-domiciliation", "form-lettre-incomprise", "form-demande-libre");
  return showScreen(<Screen params={params} />, {
    areas: ["dossiers", "outbox", "papers", "papers-types", "porteur-entry"],
    ...options,
    satchel,
  });
}

export const DOSSIER = "AAAAAAAAAAAAAAAAAAAAAQ" as RecordId;
