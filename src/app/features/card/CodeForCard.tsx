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

export function CodeForCard({ replaced }: { readonly replaced: boolean }) {
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
  if (isDone)
    return (
      <div ref={said} tabIndex={-1}>
        <Banner tone="done" icon="valider" quiet>
          {t("card.code.done")}
        </Banner>
      </div>
    );
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
