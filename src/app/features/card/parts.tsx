/**
 * The card as it is shown, printed, or left blank: an outer half that anybody may see, an inner half that opens. In the page.
 *
 * Surprising: printed, a card is a strip of three parts (outer, drawing, letters). Folded in three, drawing and letters
 * lie against each other and only the outer part is seen; a strip of two, printed on one side, could hide nothing.
 * Card and QR stay black on white in the dark theme too, so that they can be read by a camera.
 */

import type { CardState, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { isolated, rich } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { failure } from "../../state/errors.ts";
import { useAsk } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { BrandMark } from "../../ui/Brand.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Qr, useQr } from "../../ui/Qr.tsx";
import type { QrDrawing } from "../../ui/qr.ts";
import { FailedState, LockedState } from "../../ui/States.tsx";
import "./card.css";

export interface OutsideFacts {
  /** "4821 9037 5516"; null: this phone does not know it. */
  readonly block: string | null;
  /** Address of the home server; null: not here yet. */
  readonly home: string | null;
  readonly phone: string | null;
  /** Where to bring a card that was found. */
  readonly place: string | null;
}

/** What the outer half says besides the number. */
export function useOutside(block: string | null): OutsideFacts {
  const { contact } = useShell();
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const url = deployment.state === "ready" ? deployment.value?.urls.app : undefined;
  return {
    block,
    home: url === undefined ? null : new URL(url, location.href).host,
    phone: contact?.phoneDisplay ?? null,
    place: contact === null ? null : `${contact.organisation}, ${contact.address}`,
  };
}

const EMPTY_NUMBER = ["", "", ""];

/** The half that stays outside: what to do, nothing that opens. A blank card leaves the number to be written. */
export function Outside({ facts, blank = false }: { readonly facts: OutsideFacts; readonly blank?: boolean }) {
  const t = useT();
  return (
    <div class="rescue__part rescue__out">
      <p class="rescue__top">
        <BrandMark />
        {t("card.outside.title")}
      </p>
      <p class="rescue__block">
        <span>{t("card.outside.block")}</span>
        {blank ? (
          <span class="rescue__boxes" aria-hidden="true">
            {EMPTY_NUMBER.map((_, at) => (
              <i key={at} />
            ))}
          </span>
        ) : (
          <bdi class="rescue__number" dir="ltr" translate={false}>
            {facts.block ?? "…"}
          </bdi>
        )}
      </p>
      <p>
        {t("card.outside.stolen")}{" "}
        {facts.phone !== null && (
          <bdi>
            {rich("card.outside.call", {
              phone: (
                <bdi class="nowrap" dir="ltr">
                  {facts.phone}
                </bdi>
              ),
            })}
          </bdi>
        )}
      </p>
      {facts.place !== null && <p>{t("card.outside.found", { place: isolated(facts.place) })}</p>}
      {facts.home !== null && (
        <p>
          {t("card.outside.home")}{" "}
          <bdi dir="ltr" translate={false}>
            {facts.home}
          </bdi>
        </p>
      )}
    </div>
  );
}

/** The QR of a card; "absent": its drawing is not on this phone yet. */
export const useCardQr = (text: string | null): { readonly drawing: QrDrawing | null; readonly absent: boolean } => {
  const qr = useQr(text);
  return qr === "absent" ? { drawing: null, absent: true } : { drawing: qr, absent: false };
};

interface GroupsProps {
  readonly groups: readonly string[];
}

/** Ten groups, read out with their numbers. */
export function Groups({ groups }: GroupsProps) {
  const t = useT();
  return (
    <p class="groups" dir="ltr" translate={false}>
      <span class="sr">{t("card.groups")} </span>
      {groups.map((group, at) => (
        <span key={at}>{group}</span>
      ))}
    </p>
  );
}

export interface PaperProps extends GroupsProps {
  readonly title: string;
  readonly qr: QrDrawing | null;
  readonly facts: OutsideFacts;
  /** The card alone opens nothing here either (D+C is switched off). */
  readonly off: boolean;
}

/** One card, as printed. */
export function CardPaper({ title, groups, qr, facts, off }: PaperProps) {
  const t = useT();
  return (
    <div class="rescue">
      <Outside facts={facts} />
      <div class="rescue__part rescue__in">
        <p class="rescue__top">{title}</p>
        {qr !== null && <Qr drawing={qr} label={t("card.qr")} />}
      </div>
      <div class="rescue__part rescue__letters">
        <Groups groups={groups} />
        <small>
          {t(off ? "card.aloneOff" : "card.alone")} {t("card.outside.inside")}
        </small>
      </div>
    </div>
  );
}

/** A card without anything on it: ten groups of four boxes. */
function BlankPaper({ facts }: { readonly facts: OutsideFacts }) {
  const t = useT();
  return (
    <div class="rescue">
      <Outside facts={facts} blank />
      <div class="rescue__part rescue__in">
        <p class="rescue__top">{t("card.hand.blankTitle")}</p>
        <p>
          {t("card.hand.card")} <span class="rescue__line" />
        </p>
        <p>{t("card.hand.letters")}</p>
      </div>
      <div class="rescue__part rescue__letters">
        <ol class="rescue__blank" dir="ltr">
          {Array.from({ length: 10 }, (_, at) => (
            <li key={at}>
              <span>{at + 1}</span>
              <i />
              <i />
              <i />
              <i />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

/** `blank`: there is no drawing on it to fold away. */
function FoldLines({ blank = false }: { readonly blank?: boolean }) {
  const t = useT();
  return (
    <ol class="rescue__how">
      <li>
        <Icon name="ciseaux" /> {t("card.print.cut")}
      </li>
      <li>{t(blank ? "card.print.foldInBlank" : "card.print.foldIn")}</li>
      <li>{t("card.print.foldOut")}</li>
    </ol>
  );
}

/** On paper only: two equal cards side by side and how to fold them. */
export function PrintedCards(props: PaperProps & { readonly double: string }) {
  return (
    <div class="printonly rescue-sheet" aria-hidden="true">
      <div class="rescue-pair">
        <CardPaper {...props} />
        <CardPaper {...props} title={props.double} />
      </div>
      <FoldLines />
    </div>
  );
}

/** On paper only: two blank cards. */
export function PrintedBlanks({ facts }: { readonly facts: OutsideFacts }) {
  return (
    <div class="printonly rescue-sheet" aria-hidden="true">
      <div class="rescue-pair">
        <BlankPaper facts={facts} />
        <BlankPaper facts={facts} />
      </div>
      <FoldLines blank />
    </div>
  );
}

/** Whether the card opens another phone, as far as this phone knows. */
export const elsewhere = ({ atServer, needsCode }: CardState): "yes" | "waits" | "no" | "code" =>
  needsCode === true ? "code" : atServer;

export interface TroubleProps {
  readonly error: WorkerError;
  readonly onRetry: () => void;
}

/** The card cannot be shown: closed meanwhile, or failed. */
export function Trouble({ error, onRetry }: TroubleProps) {
  const t = useT();
  const { go } = useShell();
  return error.type === "locked" ? (
    <LockedState
      title={t("card.locked.title")}
      detail={t("card.locked.text")}
      action={t("card.locked.open")}
      onOpen={() => go(paths.start)}
    />
  ) : (
    <FailedState title={t("card.failed")} {...failure(error)} onRetry={onRetry} />
  );
}
