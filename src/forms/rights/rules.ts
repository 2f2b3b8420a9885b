/**
 * "Rights worth asking about": what is asked, and for each right what speaks for asking, as data. Words are in
 * locales/<lang>/rights.json.
 *
 * Surprising facts: there is no amount, no threshold and no age of the law here, because they change and nothing here can be
 * rechecked without network: bands are what a person says of themselves. A rule past its review date hides itself.
 */

/** What can be known of somebody; each value is one that the person chose, or that follows from the profile. */
export interface Facts {
  readonly age: "under-25" | "25-59" | "60-up";
  readonly housing: "tenant" | "owner" | "hosted" | "shelter" | "no-home" | "other";
  readonly work:
    | "employee"
    | "self-employed"
    | "jobseeker"
    | "training"
    | "student"
    | "sick"
    | "disabled"
    | "retired"
    | "at-home"
    | "none"
    | "other";
  readonly money: "short" | "tight" | "enough";
  readonly health: "yes" | "no";
}
export type Fact = keyof Facts;

/** At most five, and fewer where the profile knows. In the order of asking. Ids of choices and their icons. */
export const questions: readonly {
  readonly id: Fact;
  readonly choices: readonly { readonly id: string; readonly icon?: string }[];
}[] = [
  {
    id: "housing",
    choices: [
      { id: "tenant", icon: "maison" },
      { id: "owner", icon: "maison" },
      { id: "hosted", icon: "heberge" },
      { id: "shelter", icon: "lit" },
      { id: "no-home", icon: "abri" },
      { id: "other", icon: "autre" },
    ],
  },
  {
    id: "work",
    choices: [
      { id: "employee" },
      { id: "self-employed" },
      { id: "jobseeker" },
      { id: "training" },
      { id: "student" },
      { id: "sick" },
      { id: "disabled" },
      { id: "retired" },
      { id: "at-home" },
      { id: "none" },
      { id: "other" },
    ],
  },
  { id: "money", choices: [{ id: "short" }, { id: "tight" }, { id: "enough" }] },
  { id: "health", choices: [{ id: "yes" }, { id: "no" }] },
  { id: "age", choices: [{ id: "under-25" }, { id: "25-59" }, { id: "60-up" }] },
];

/** One thing that speaks for asking: the fact is one of these. What is `open` speaks neither for nor against. */
export type Sign = {
  [F in Fact]: { readonly fact: F; readonly among: readonly Facts[F][]; readonly open?: readonly Facts[F][] };
}[Fact];

export interface RightRule {
  /** Word key: `rights.<id>.name|line`. */
  readonly id: string;
  readonly icon: string;
  /** Id of the procedure that prepares the request. */
  readonly procedure: string;
  /** All of them together make it worth asking. */
  readonly signs: readonly Sign[];
  readonly phone?: string;
  readonly source: { readonly title: string; readonly verifiedOn: string };
  /** From this day on the rule is not shown. */
  readonly reviewBefore: string;
}

const sign = <F extends Fact>(fact: F, ...among: readonly Facts[F][]) => ({ fact, among }) as unknown as Sign;
const littleMoney = sign("money", "short", "tight");
const read = (title: string, verifiedOn = "2026-11-21") => ({ title, verifiedOn });
const reviewBefore = "2027-05-21";

export const rightRules: readonly RightRule[] = [
  {
    id: "domiciliation",
    icon: "boite",
    procedure: "domiciliation",
    signs: [sign("housing", "no-home", "hosted")],
    source: read("Service-public.fr F17317, copy of 2020, and pages on CASF L264-1", "2020-11-12"),
    reviewBefore,
  },
  {
    id: "rsa",
    icon: "argent",
    procedure: "rsa",
    // Under 25 there is a form of its own (14130), with other conditions: a CAF says it better than a rule here.
    signs: [
      sign("money", "short"),
      { fact: "age", among: ["25-59", "60-up"], open: ["under-25"] },
      not("work", "student", "retired"),
    ],
    phone: "3230",
    source: read("Service-public.fr F19778 and R1350"),
    reviewBefore,
  },
  {
    id: "activity-bonus",
    icon: "travail",
    procedure: "rsa",
    signs: [sign("work", "employee", "self-employed"), littleMoney],
    phone: "3230",
    source: read("Service-public.fr F2882, copy of 2020", "2020-11-12"),
    reviewBefore,
  },
  {
    id: "housing-aid",
    icon: "maison",
    procedure: "apl",
    signs: [sign("housing", "tenant", "shelter"), littleMoney],
    phone: "3230",
    source: read("Service-public.fr F12006, copy of 2020", "2020-11-12"),
    reviewBefore,
  },
  {
    id: "c2s",
    icon: "sante",
    procedure: "c2s",
    signs: [littleMoney],
    phone: "3646",
    source: read("Service-public.fr F10027, Cerfa 12504"),
    reviewBefore,
  },
  {
    id: "aspa",
    icon: "personne",
    procedure: "aspa",
    signs: [sign("age", "60-up"), littleMoney],
    phone: "3960",
    source: read("Service-public.fr F16871, copy of 2020", "2020-11-12"),
    reviewBefore,
  },
  {
    id: "mdph",
    icon: "main",
    procedure: "mdph",
    signs: [sign("health", "yes")],
    source: read("Cerfa 15692, decree 2021-391"),
    reviewBefore,
  },
  {
    id: "energy-voucher",
    icon: "energie",
    procedure: "cheque-energie",
    signs: [sign("housing", "tenant", "owner"), littleMoney],
    phone: "0805204805",
    source: read("Pages on the energy voucher, campaign of 2025"),
    reviewBefore: "2027-02-28",
  },
  {
    id: "social-housing",
    icon: "lieu",
    procedure: "logement-social",
    signs: [not("housing", "owner"), littleMoney],
    source: read("Cerfa 14069, order of 22 December 2020"),
    reviewBefore,
  },
  {
    id: "france-travail",
    icon: "travail",
    procedure: "france-travail",
    signs: [sign("work", "jobseeker", "none")],
    phone: "3949",
    source: read("francetravail.fr, read in secondary pages"),
    reviewBefore,
  },
  {
    id: "ccas",
    icon: "guichet",
    procedure: "aide-facultative",
    signs: [sign("money", "short")],
    source: read("UNCCAS guide, read in secondary pages"),
    reviewBefore,
  },
];

/** Every choice of that question but these. */
function not<F extends Fact>(fact: F, ...left: readonly Facts[F][]): Sign {
  const all = (questions.find((each) => each.id === fact)?.choices ?? []).map((each) => each.id as Facts[F]);
  return sign(fact, ...all.filter((each) => !left.includes(each)));
}
