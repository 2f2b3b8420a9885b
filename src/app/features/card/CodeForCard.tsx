/**
 * "Encore votre code": what a new phone needs is made of card and code together, and the code is nowhere to be read. Asked
 * when something about the card changed and the code was not given since. In the page.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { useWorld } from "../../ui/world.ts";
import type { elsewhere } from "./parts.tsx";

/** A code that was just given is at work for a while: asked again only if it is still needed then. */
const AT_WORK_MS = 6000;

/** True once `now` has been true for AT_WORK_MS without a break. */
export function useLasting(now: boolean): boolean {
  const { timers } = useWorld();
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    setLasts(false);
    return now ? timers.after(AT_WORK_MS, () => setLasts(true)) : undefined;
  }, [now, timers]);
  return now && lasts;
}

export interface CodeForCardProps {
  readonly replaced: boolean;
  /** What the card does elsewhere now: what is said after the code never says otherwise. */
  readonly there: ReturnType<typeof elsewhere>;
}

export function CodeForCard({ replaced, there }: CodeForCardProps) {
  const t = useT();
  const { api } = useSatchel();
  const opening = useAsk("opening", (each) => each.opening(), ["opening"]);
  const kind = opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : "digits";
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const answer = (typed: string): void => {
    setBusy(true);
    setError(undefined);
    void api.answerCode({ code: typed }).then((answered) => {
      setBusy(false);
      setCode("");
      if (answered.ok) setDone(true);
      else if (isWorkerError(answered.error)) setError(errorText(answered.error));
      else setError(t(answered.error.type === "stretch-broken" ? "opening.broken" : "card.code.wrong"));
    });
  };
  // The keypad goes away with the last digit: the focus goes to what took its place.
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isDone) said.current?.focus();
  }, [isDone]);
  // Taken, and not enough: another device was first too often, or the server said no.
  const isStuck = useLasting(isDone && there === "code");
  useEffect(() => {
    if (isStuck) setDone(false);
  }, [isStuck]);
  if (isDone)
    return (
      <div ref={said} tabIndex={-1}>
        <Banner tone="done" icon="valider" quiet>
          {t(there === "yes" ? "card.code.taken" : "card.code.done")}
        </Banner>
      </div>
    );
  // Another tab, or another device, has done it meanwhile.
  if (there !== "code" && !busy) return null;
  return (
    <section class="stack-s" aria-labelledby="encore">
      <h2 id="encore">{t("card.code.title")}</h2>
      <p>{t(replaced ? "card.code.text" : "card.code.plain")}</p>
      <CodeEntry
        kind={kind}
        value={code}
        onChange={setCode}
        onComplete={answer}
        shown={shown}
        onShow={setShown}
        hint={busy ? t("card.code.busy") : undefined}
        error={error}
        busy={busy}
      />
    </section>
  );
}
