/** The card typed back: only a card that was tried once is a card that works. The wrong groups are named. In the page. */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useHold } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { CARD_GROUPS, CardGroups } from "../../ui/Code.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { PersonalForm } from "../../ui/personal.tsx";

const spoken = (groups: readonly number[]): string => formatList(groups.map((at) => String(at + 1)));

export function DrillScreen() {
  const t = useT();
  const { api } = useSatchel();
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  useHold(!isDone && groups.some((group) => group !== ""));

  const tryIt = (): void => {
    const short = Array.from({ length: CARD_GROUPS }, (_, at) => at).filter((at) => (groups[at] ?? "").length < 4);
    setWrong(short);
    if (short.length > 0) {
      setError(t("opening.card.short", { groups: spoken(short) }));
      return;
    }
    setBusy(true);
    setError(undefined);
    void api.drill(groups.join(" ")).then((answer) => {
      setBusy(false);
      if (answer.ok) {
        setGroups([]);
        setDone(true);
        return;
      }
      const refusal = answer.error;
      if (isWorkerError(refusal)) setError(errorText(refusal));
      else if (refusal.type === "wrong-groups") {
        // The worker counts groups from 1, as they are printed; the fields count from 0.
        const places = refusal.groups.map((n) => n - 1);
        setWrong(places);
        setError(t("opening.card.wrong", { groups: spoken(places) }));
      } else setError(t(refusal.type === "stretch-broken" ? "opening.broken" : "opening.card.other"));
    });
  };
  if (isDone)
    return (
      <Frame title={t("opening.rescue.works")} back={paths.card} arrival="done">
        <h1>{t("opening.rescue.works")}</h1>
        <Banner tone="done" icon="valider" quiet title={t("opening.rescue.worksMore")}>
          {t("opening.rescue.limit")}
        </Banner>
        <p>{t("opening.rescue.where.awayMore")}</p>
        <LinkButton wide iconEnd="fleche" href={paths.home}>
          {t("opening.rescue.toHome")}
        </LinkButton>
      </Frame>
    );
  return (
    <Frame title={t("opening.rescue.drill")} back={paths.card} failing={error !== undefined}>
      <div class="stack-m">
        <h1>{t("opening.rescue.drill")}</h1>
        <p>{t("opening.rescue.drillText")}</p>
      </div>
      <PersonalForm class="stack" onSubmit={tryIt}>
        {error !== undefined && (
          <p class="err" role="alert">
            <Icon name="attention" />
            <span>{error}</span>
          </p>
        )}
        <CardGroups value={groups} onChange={setGroups} wrong={wrong} />
        <Button type="submit" wide busy={busy ? t("opening.opening") : undefined}>
          {t("opening.rescue.check")}
        </Button>
      </PersonalForm>
      <LinkRow icon="horloge" href={paths.home}>
        {t("opening.rescue.later")}
      </LinkRow>
    </Frame>
  );
}
