/** By when each procedure has to be answered, as far as their forms are here: nothing is kept waiting for them. In the page. */

import { useEffect, useState } from "preact/hooks";
import { isProcedureId, loadProcedure } from "../../forms/catalogue/index.ts";
import type { Delay } from "../../forms/model.ts";

export function useAnswerTimes(procedures: readonly string[]): ReadonlyMap<string, Delay> {
  const names = [...new Set(procedures)].sort().join(" ");
  const [times, setTimes] = useState<ReadonlyMap<string, Delay>>(new Map());
  useEffect(() => {
    let isGone = false;
    const ids = names.split(" ").filter(isProcedureId);
    void Promise.allSettled(ids.map(loadProcedure)).then((forms) => {
      if (isGone) return;
      const found = forms.flatMap((form): readonly (readonly [string, Delay])[] =>
        form.status === "fulfilled" && form.value.answerWithin !== undefined
          ? [[form.value.id, form.value.answerWithin]]
          : [],
      );
      setTimes(new Map(found));
    });
    return () => {
      isGone = true;
    };
  }, [names]);
  return times;
}
