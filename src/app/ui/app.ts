/**
 * The look of everything after the first screen: import it once, from the chunk that follows the first choice.
 * Side effects only: styles and the remaining icons.
 */

import { addIcons } from "./icons/registry.ts";
import { REST_ICONS } from "./icons/rest.ts";
import "./styles/app.css";
import "./styles/print.css";

addIcons(REST_ICONS);
