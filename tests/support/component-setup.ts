/** Before each file of component tests: what a screen is asked for may take its time on a busy machine (a second is the default). */
import { configure } from "@testing-library/preact";

configure({ asyncUtilTimeout: 20_000 });
