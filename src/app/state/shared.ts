/** Files that another app handed over, for screens (platform/shared-in.ts). */
import { useEffect, useState } from "preact/hooks";
import { onShared, type Shared, sharedNow } from "../platform/shared-in.ts";

export function useShared(): Shared {
  const [shared, setShared] = useState(sharedNow);
  useEffect(() => {
    setShared(sharedNow());
    return onShared(() => setShared(sharedNow()));
  }, []);
  return shared;
}
