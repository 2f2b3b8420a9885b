/** Root of the stretch worker. Started for one code (while it is typed) and ended after it, so that its 64 MiB do not stay. */

import { expose } from "comlink";
import { createStretcher } from "./common/stretcher.ts";

expose(createStretcher({ now: () => performance.now() }));
