/** Words that rules name by their ids, and answers as they are shown. Runs in the page. */
import type { Fact } from "../../../forms/rights/rules.ts";
import type { TextKey } from "../../i18n/catalogue.ts";

/** Label of one answer. A test holds the rules and the words together, which types cannot. */
export const choiceKey = (fact: Fact, id: string): TextKey => `rights.choice.${fact}-${id}` as TextKey;

export const rightKey = (id: string, part: "name" | "line"): TextKey => `rights.rights.${id}.${part}` as TextKey;
