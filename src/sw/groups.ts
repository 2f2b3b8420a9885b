/**
 * Which precached file belongs to which group: the shell comes first and whole, the others follow one by one (later.ts).
 * Runs in Node while building (vite.config.ts); the service worker takes only the types.
 *
 * Surprising fact: nothing is listed by hand. What only the desk needs is found by following file names from both pages,
 * so that a chunk that both share stays in the shell; what only some screens need, by following them from these screens.
 */

/**
 * `shared`: what the desk needs at once and a person's later screens too; `rest`: what a person rarely asks for, and what takes in
 * what came; `en`, `ar`: the words of a language other than French, which is the source and part of the shell. `forms`: every
 * procedure but three, with its French words; `profile`: words explained, the profile, lists and letters beside them;
 * `forms-en`, `forms-ar`: the words of both in other languages.
 */
export const laterGroups = [
  "shared",
  "ways",
  "rest",
  "photos",
  "codes",
  "carrier",
  "out",
  "reader",
  "places",
  "forms",
  "profile",
  "published",
  "en",
  "ar",
  "forms-en",
  "forms-ar",
  "official",
  "pdf",
  "twoddoc",
  "desk",
  "kiosk",
] as const;
export type LaterGroup = (typeof laterGroups)[number];
export type Group = "shell" | LaterGroup;

/** One line of the list that the build writes into the service worker. */
export interface ListedFile {
  readonly url: string;
  /** Null when the name itself tells versions apart. */
  readonly revision: string | null;
  /** Only of pages: what a captive portal puts in their place must not be kept. */
  readonly integrity?: string;
  /** Absent: the shell. */
  readonly group?: LaterGroup;
}

/** Tools by the names of their source files, which a build keeps: with all that only they name. */
const tools: readonly (readonly [LaterGroup, RegExp])[] = [
  ["photos", /^assets\/(imaging|reduce|heic|kind-search|ahead-plan|sha256|weekly)\b[^/]*\.(js|wasm)$/],
  ["codes", /^assets\/(u?qr|scan)\b[^/]*\.(js|wasm)$/],
  ["carrier", /^assets\/(carrier\.worker|carrier-pack)\b[^/]*\.js$/],
  ["ways", /^assets\/desk-return-part\b[^/]*\.js$/],
  ["ways", /^assets\/(leaving-part|ways|card-life|devices|approvals|transfer-life|ScanQr)\b[^/]*\.js$/],
  ["out", /^assets\/(export-out|sharing\.worker|shares)\b[^/]*\.js$/],
  ["reader", /^lecteur\.html$/],
  ["published", /^assets\/(published-part|read)\b[^/]*\.js$/],
  ["forms", /^assets\/(parts|hand-off-part)\b[^/]*\.js$/],
  ["twoddoc", /^assets\/(matrix|zxing_reader)\b[^/]*\.(js|wasm)$/],
  ["official", /^assets\/official\.worker\b[^/]*\.js$/],
  ["pdf", /^assets\/(pdf\.worker|jbig2|openjpeg|FoxitDingbats)\b[^/]*\.(js|wasm|pfb)$/],
  // Whatever else a worker loads once it is asked for: src/workers/<worker>/<area>-part.ts.
  ["rest", /^assets\/([\w-]+-part|inbox|verify\.worker)-[\w-]+\.js$/],
];

/** Procedures that come with the shell: what a desk of Besace takes first, and what fits any situation. */
const shellForms = "domiciliation|lettre-incomprise|demande-libre";
const laterWords = new RegExp(
  `^(form-(?!(${shellForms})$).+|procedures-search|fields|journey|rights|remedies|official|glossary|profil|lettre|voix)$`,
);

const laterProcedure = new RegExp(`^src/forms/catalogue/(?!(?:${shellForms}|index)\\.ts$)([^/]+)\\.ts$`);

/** Screens that a person rarely needs, by the source of their feature: with all that only they name. */
const screens: readonly (readonly [LaterGroup, RegExp])[] = [
  ["places", /^src\/app\/(state\/PlacesKept\.tsx|platform\/place-packs\.ts)$/],
  ["photos", /^src\/app\/features\/ahead\/feature\.ts$/],
  ["photos", /^src\/app\/ui\/capture\/CaptureDialog\.tsx$/],
  // What may be written on a paper of a kind: its words come with this group, too.
  ["photos", /^src\/app\/ui\/papers\/kind-details\.ts$/],
  ["rest", /^src\/app\/features\/outbox\/Mend\.tsx$/],
  ["rest", /^src\/app\/features\/donnees\/feature\.ts$/],
  ["rest", /^src\/app\/features\/guichets\/feature\.ts$/],
  ["rest", /^src\/app\/features\/mandats\/feature\.ts$/],
  ["rest", /^src\/app\/features\/dossiers\/voice\/Voice\.tsx$/],
  ["rest", /^src\/app\/features\/papers\/Room\.tsx$/],
  ["rest", /^src\/app\/state\/EndingNews\.tsx$/],
  ["rest", /^src\/app\/state\/OtherBox\.tsx$/],
  ["rest", /^src\/app\/state\/Overdue\.tsx$/],
  ["rest", /^src\/app\/features\/verifier\/feature\.ts$/],
  ["rest", /^src\/app\/features\/dossiers\/ReceiptOut\.tsx$/],
  ["ways", /^src\/app\/features\/(approve|card|devices|retour|settings)\/feature\.ts$/],
  ["carrier", /^src\/app\/features\/porteur\/feature\.ts$/],
  ["out", /^src\/app\/features\/(sortie|partages?|journal)\/feature\.ts$/],
  ["official", /^src\/app\/features\/dossiers\/(official\/Official|handoff\/HandOff)Part\.tsx$/],
  ["pdf", /^src\/app\/features\/papers\/PdfPages\.tsx$/],
  ["twoddoc", /^src\/app\/features\/twoddoc\/feature\.ts$/],
  ["forms", /^src\/app\/features\/dossiers\/(fields\/Rare|More)\.tsx$/],
  ["forms", /^src\/app\/features\/droits\/feature\.ts$/],
  ["profile", /^src\/app\/ui\/glossary\/Marked\.tsx$/],
  ["profile", /^src\/app\/features\/dossiers\/more\/Beside\.tsx$/],
  ["profile", /^src\/app\/features\/profil\/feature\.ts$/],
];

/** What the desk brings only when it is asked for: what a person's later screens share with it comes with theirs. */
const deskDoors =
  /^src\/app\/desk\/(PdfView|out\/OutDialog|forms\/\w+|mandates\/(DeskMandates|MandatesBeside)|recovery\/BesideScreen)\.tsx?$/;

/** The French words of those screens. Other languages are groups of their own. */
const words: readonly (readonly [LaterGroup, RegExp])[] = [
  ["official", /^locales\/fr\/official\.json$/],
  ["ways", /^locales\/fr\/(approbation|card|devices|discret|retour|scan|settings)\.json$/],
  ["ways", /^locales\/fr\/returns\.json$/],
  ["rest", /^locales\/fr\/erase\.json$/],
  ["rest", /^locales\/fr\/donnees\.json$/],
  ["rest", /^locales\/fr\/voix\.json$/],
  ["rest", /^locales\/fr\/overdue\.json$/],
  ["rest", /^locales\/fr\/guichets\.json$/],
  ["rest", /^locales\/fr\/mandats\.json$/],
  ["rest", /^locales\/fr\/verifier\.json$/],
  ["carrier", /^locales\/fr\/porteur\.json$/],
  ["out", /^locales\/fr\/(sortie|partages?|journal)\.json$/],
  ["places", /^locales\/fr\/places\.json$/],
  ["twoddoc", /^locales\/fr\/twoddoc\.json$/],
  ["profile", /^locales\/fr\/(glossary|profil|lettre)\.json$/],
  ["photos", /^locales\/fr\/(capture|papers-(guide|search))\.json$/],
  ["photos", /^locales\/fr\/(ahead|reminders)\.json$/],
];

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const none: ReadonlySet<string> = new Set();

/**
 * Everything that `start` names, and what that names in turn. A worker named by a page counts like a chunk. What `closed`
 * names is not followed.
 */
function reachedFrom(
  start: string,
  texts: ReadonlyMap<string, string>,
  closed: ReadonlySet<string> = none,
): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const file of reached) {
    const text = closed.has(file) ? "" : (texts.get(file) ?? "");
    for (const other of texts.keys()) if (!reached.has(other) && text.includes(nameOf(other))) reached.add(other);
  }
  return reached;
}

/**
 * @param texts every built file by its path under dist; what is no text may be empty.
 * @param sources built file by source, such as "locales/ar/home.json" (Vite's manifest).
 * @param styles the style sheets of a built file; the page that loads it names them too, so they are not followed by name.
 * @throws Error when a group is empty: a tool was renamed and would silently count as ready.
 */
export function groupsOf(
  texts: ReadonlyMap<string, string>,
  sources: ReadonlyMap<string, string>,
  styles: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>([...texts.keys()].map((file) => [file, "shell"]));
  const person = reachedFrom("index.html", texts);
  const desk = reachedFrom("guichet.html", texts);
  const kiosk = reachedFrom("poste.html", texts);
  // What desk and kiosk share stays in the shell: either may be the only one that a computer uses. Copies that the kiosk's
  // worker has of its own tools are the kiosk's: a person's phone never asks for them.
  for (const file of desk) if (!person.has(file) && !kiosk.has(file)) groups.set(file, "desk");
  for (const file of kiosk) if (!person.has(file) && !desk.has(file)) groups.set(file, "kiosk");
  // The satchel's worker has a copy of each procedure, which the list of sources does not name: it is known by its name.
  const procedures = [...sources.keys()].flatMap((source) => laterProcedure.exec(source)?.slice(1) ?? []);
  const doors = [
    ...[...texts.keys()]
      .filter((file) => procedures.some((id) => file.startsWith(`assets/${id}-`) && file.endsWith(".js")))
      .map((file) => ["forms", file] as const),
    ...[...sources].flatMap(([source, file]) =>
      screens.filter(([, pattern]) => pattern.test(source)).map(([group]) => [group, file] as const),
    ),
    ...[...texts.keys()].flatMap((file) => {
      const own = tools.find(([, pattern]) => pattern.test(file));
      return own === undefined ? [] : [[own[0], file] as const];
    }),
  ];
  // What two groups share comes with the first of them.
  doors.sort(([a], [b]) => laterGroups.indexOf(a) - laterGroups.indexOf(b));
  const closed = new Set(doors.map(([, file]) => file));
  const withoutDoors = reachedFrom("index.html", texts, closed);
  const deskLater = new Set([...sources].flatMap(([source, file]) => (deskDoors.test(source) ? [file] : [])));
  const deskAtOnce = reachedFrom("guichet.html", texts, new Set([...closed, ...deskLater]));
  for (const [group, door] of doors) if (groups.get(door) === "shell") groups.set(door, group);
  for (const [group, door] of doors)
    for (const file of reachedFrom(door, texts, new Set([...closed].filter((other) => other !== door))))
      if (groups.get(file) === "shell" && !withoutDoors.has(file))
        groups.set(file, deskAtOnce.has(file) ? "shared" : group);
  for (const sheet of new Set([...styles.values()].flat())) {
    const owners = [...styles].filter(([, sheets]) => sheets.includes(sheet)).map(([file]) => groups.get(file));
    const [first] = owners;
    if (first !== undefined && owners.every((owner) => owner === first)) groups.set(sheet, first);
  }
  for (const [source, file] of sources) {
    const own = words.find(([, pattern]) => pattern.test(source));
    if (own !== undefined) groups.set(file, own[0]);
    const [, language, area] = /^locales\/(\w+)\/(.+)\.json$/.exec(source) ?? [];
    // "connexion": words of pages that the server makes; a desk shows some of them too.
    if (area === "desk" || area === "connexion") groups.set(file, "desk");
    else if (area === "poste") groups.set(file, "kiosk");
    else if (area !== undefined && laterWords.test(area))
      groups.set(file, language === "en" ? "forms-en" : language === "ar" ? "forms-ar" : (own?.[0] ?? "forms"));
    else if (language === "en" || language === "ar") groups.set(file, language);
  }
  const found = new Set(groups.values());
  for (const group of laterGroups) if (!found.has(group)) throw new Error(`no built file belongs to "${group}"`);
  return groups;
}
