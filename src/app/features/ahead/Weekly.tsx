/** Off until the person turns it on: one neutral sentence a week at most, said by the phone while Besace is closed. */
import { useEffect, useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { browserWeekly, turnOff, turnOn, type WeeklyWorld, weeklyState, weeklyWords } from "../../platform/weekly.ts";
import { Checkbox } from "../../ui/Choice.tsx";

type Shown = "none" | "off" | "on" | "refused" | "asleep";

/** Nothing at all where this phone has nothing of the kind: the screen says anyway that Besace does not ring. */
export function Weekly({ world = browserWeekly }: { readonly world?: WeeklyWorld }) {
  const t = useT();
  const [shown, setShown] = useState<Shown>("none");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let isGone = false;
    void weeklyState(world).then((state) => {
      if (!isGone) setShown(state);
    });
    return () => {
      isGone = true;
    };
  }, [world]);
  async function change(on: boolean): Promise<void> {
    if (busy) return;
    setBusy(true);
    if (on) setShown(await turnOn(world));
    else {
      await turnOff(world);
      setShown("off");
    }
    setBusy(false);
  }
  if (shown === "none") return null;
  return (
    <div class="noprint stack-s">
      <Checkbox
        checked={shown === "on"}
        onChange={(on) => void change(on)}
        label={t("ahead.weekly.label")}
        more={t("ahead.weekly.more", { sentence: weeklyWords().text })}
      />
      <p class="hint" role="status">
        {shown === "on" && t("ahead.weekly.unsure")}
        {shown === "refused" && t("ahead.weekly.refused")}
        {shown === "asleep" && t("ahead.weekly.asleep")}
      </p>
    </div>
  );
}
