/** Draws the screen of a path: loading after a moment, failed with a mark, and an error that loses nothing. In the page. */
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { markOf } from "../platform/diagnostics.ts";
import { Frame } from "../state/Frame.tsx";
import { Loading } from "../ui/States.tsx";
import { FailedScreen } from "./Failed.tsx";
import { type Found, loadScreen, screenNow } from "./routes.ts";

/** Something is on its way; says so after 400 ms only. */
export function LoadingScreen() {
  const t = useT();
  return (
    <Frame title={t("common.loading")} pending>
      <h1 class="sr">{t("common.app")}</h1>
      <Loading />
    </Frame>
  );
}

type Load =
  | { readonly state: "loading" }
  | { readonly state: "absent" }
  | { readonly state: "failed"; readonly mark: string }
  | { readonly state: "here"; readonly found: Found };

function Loaded({ path, onAbsent }: RoutedProps) {
  const [attempt, setAttempt] = useState(0);
  const [load, setLoad] = useState<Load>(() => {
    const found = screenNow(path);
    return found === undefined ? { state: "loading" } : { state: "here", found };
  });
  useEffect(() => {
    let isGone = false;
    loadScreen(path).then(
      (found) => {
        if (!isGone) setLoad(found === undefined ? { state: "absent" } : { state: "here", found });
      },
      (error: unknown) => {
        // The chunk is not on this device and there is no network: said, with a mark, and tried again on demand.
        if (!isGone) setLoad({ state: "failed", mark: markOf(error) });
      },
    );
    return () => {
      isGone = true;
    };
  }, [path, attempt]);
  const isAbsent = load.state === "absent";
  useEffect(() => {
    if (isAbsent) onAbsent();
  }, [isAbsent, onAbsent]);

  if (load.state === "failed")
    return (
      <FailedScreen
        mark={load.mark}
        onRetry={() => {
          setLoad({ state: "loading" });
          setAttempt((n) => n + 1);
        }}
      />
    );
  if (load.state !== "here") return <LoadingScreen />;
  const { screen: Screen } = load.found.screen;
  return <Screen params={load.found.params} />;
}

export interface RoutedProps {
  readonly path: string;
  /** No screen has this path. */
  readonly onAbsent: () => void;
}

/** The screen of `path`. A bug inside it is caught here: what was kept stays kept, and the screen can be tried again. */
export function Routed(props: RoutedProps) {
  const [error, reset] = useErrorBoundary((thrown: unknown) => {
    console.error(thrown);
  });
  if (error !== undefined) return <FailedScreen mark={markOf(error)} onRetry={reset} />;
  return <Loaded {...props} />;
}
