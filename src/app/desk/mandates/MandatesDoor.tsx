/** The screens of mandates come when they are opened, and beside a dossier a moment after it. Runs in the page. */

import type { LetterId } from "../../../shared/ids.ts";
import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";

const useScreens = chunk(() => import("./DeskMandates.tsx"));
const useBeside = chunk(() => import("./MandatesBeside.tsx"));

/** @param letter of the path; absent: the list. */
export function MandatesDoor({ letter }: { readonly letter: string | undefined }) {
  const t = useT();
  const { more, absent, again } = useScreens();
  if (more !== null) return <more.DeskMandates letter={letter} />;
  return (
    <DeskFrame title={t("desk.mandates.title")} failing={absent}>
      <h1>{t("desk.mandates.title")}</h1>
      {absent ? <FailedState mark="not-loaded" onRetry={again} /> : <Loading />}
    </DeskFrame>
  );
}

/** Left out while it comes, or where it cannot come: the list of mandates is one tap away. */
export function MandatesBesideDoor({ letter }: { readonly letter: LetterId }) {
  const { more } = useBeside();
  return more === null ? null : <more.MandatesBeside letter={letter} />;
}
