/**
 * The offline reader of sealed copies: one HTML file that works from a USB stick, without Besace and without network. Root of
 * its own small build (vite.config.ts); the finished file is dist/lecteur.html.
 *
 * Surprising: nothing is kept. Closing or reloading the page forgets the card, the code and all that was opened; only what a
 * person saved is on the disk.
 */

import { endingOf, safeName } from "../satchel/export-names.ts";
import type { BlobPointer, PaperRecord } from "../satchel/model.ts";
import { pagesInOrder } from "../satchel/paper.ts";
import { archiveOf, contentOf } from "./archive.ts";
import { look, type OpenCopy, open, type ReaderRefusal } from "./open.ts";
import { button, drawn, facts, h, save } from "./page.ts";
import { filled, type Language, languages, pickLanguage, sizeText, words } from "./words.ts";

let language: Language = pickLanguage(navigator.languages);
/** What was typed, so that a change of language loses nothing. */
const typed = { file: null as File | null, card: "", code: "", set: null as number | null, pictures: false };
let copy: OpenCopy | null = null;

const said = () => words[language];

function refusalText(refusal: ReaderRefusal): string {
  const text = said().refused[refusal.type];
  if (refusal.type === "other-card") return filled(text, { n: refusal.set + 1 });
  return refusal.type === "wrong-groups" ? filled(text, { groups: refusal.groups.join(", ") }) : text;
}

/** Gives the browser a moment to draw before the code is stretched. */
const painted = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

function draw(focus = false): void {
  const { dir } = languages.find((each) => each.code === language) ?? languages[0];
  document.documentElement.lang = language;
  document.documentElement.dir = dir;
  document.title = said().reader.title;
  const choices = languages.map(({ code, name }) =>
    button(
      name,
      () => {
        language = code;
        draw();
      },
      { lang: code, "aria-pressed": String(code === language) },
    ),
  );
  const header = h(
    "header",
    {},
    h("p", { class: "brand" }, said().reader.brand),
    h("nav", { "aria-label": said().reader.language }, ...choices),
  );
  const main = copy === null ? askPage() : copyPage(copy);
  document.body.replaceChildren(header, main);
  if (focus) main.querySelector("h1")?.focus();
}

function askPage(): HTMLElement {
  const t = said().reader;
  const alert = h("p", { role: "alert", class: "alert" });
  const status = h("p", { role: "status" });
  // The browser's own button speaks the browser's language: it is there for who uses keys or listens, ours is seen.
  const file = h("input", {
    type: "file",
    id: "file",
    class: "sr",
    "aria-labelledby": "file-title file-choose",
    "aria-describedby": "file-name alert",
  });
  const fileName = h("p", { id: "file-name", class: "hint", dir: "auto" }, typed.file?.name ?? t.fileNone);
  const card = h("textarea", {
    id: "card",
    rows: "3",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    translate: "no",
    dir: "ltr",
    "aria-describedby": "card-hint",
  });
  card.value = typed.card;
  card.addEventListener("input", () => {
    typed.card = card.value;
  });
  const cardLabel = h("label", { for: "card" }, typed.set === null ? t.cardAny : filled(t.card, { n: typed.set + 1 }));
  const place = h("div", {});

  function drawCode(): void {
    if (!typed.pictures) {
      const code = h("input", {
        id: "code",
        type: "text",
        inputmode: "numeric",
        autocomplete: "off",
        spellcheck: "false",
        translate: "no",
        dir: "ltr",
        "aria-describedby": "code-hint",
      });
      code.value = typed.code;
      code.addEventListener("input", () => {
        typed.code = code.value;
      });
      place.replaceChildren(
        h("label", { for: "code" }, t.code),
        h("p", { id: "code-hint", class: "hint" }, t.codeHint),
        code,
      );
      return;
    }
    const count = h("p", { class: "hint", role: "status" });
    const show = (): void => {
      count.textContent = filled(t.picturesHint, { n: typed.code === "" ? 0 : (typed.code.length - 1) / 2 });
    };
    const pictures = said().pictures.map((name, at) =>
      button(name, () => {
        if (typed.code.length < 9) typed.code = `${typed.code === "" ? "i" : typed.code}${String(at).padStart(2, "0")}`;
        show();
      }),
    );
    const again = button(t.erase, () => {
      typed.code = "";
      show();
    });
    show();
    place.replaceChildren(
      h("fieldset", {}, h("legend", {}, t.pictures), count, h("div", { class: "pictures" }, ...pictures), again),
    );
  }

  async function choose(): Promise<void> {
    typed.file = file.files?.[0] ?? null;
    fileName.textContent = typed.file?.name ?? t.fileNone;
    alert.textContent = "";
    if (typed.file === null) return;
    const head = await readable(() => look(typed.file as File));
    if (head === null) {
      alert.textContent = t.unreadable;
      return;
    }
    if (!head.ok) {
      alert.textContent = refusalText(head.error);
      typed.file = null;
      fileName.textContent = t.fileNone;
      return;
    }
    const { set, code } = head.value.head;
    typed.set = set;
    if (typed.pictures !== (code === "pictures")) typed.code = "";
    typed.pictures = code === "pictures";
    cardLabel.textContent = filled(t.card, { n: set + 1 });
    drawCode();
  }
  file.addEventListener("change", () => void choose());

  async function tryOpen(): Promise<void> {
    const code = typed.pictures ? typed.code : typed.code.replace(/\D/g, "");
    const complete = typed.pictures ? /^i[0-9]{8}$/.test(code) : /^[0-9]{6}$/.test(code);
    const missing =
      typed.file === null ? t.needFile : typed.card.trim() === "" ? t.needCard : complete ? "" : t.needCode;
    alert.textContent = missing;
    const chosen = typed.file;
    if (missing !== "" || chosen === null) return;
    status.textContent = t.busy;
    submit.disabled = true;
    await painted();
    const opened = await readable(() => open(chosen, typed.card, code));
    status.textContent = "";
    submit.disabled = false;
    if (opened === null) alert.textContent = t.unreadable;
    else if (!opened.ok) alert.textContent = refusalText(opened.error);
    else {
      copy = opened.value;
      Object.assign(typed, { card: "", code: "", file: null, set: null, pictures: false });
      draw(true);
    }
  }

  const submit = h("button", { type: "submit", class: "main" }, t.open);
  const form = h(
    "form",
    { autocomplete: "off" },
    h(
      "div",
      {},
      h("p", { id: "file-title", class: "label" }, t.file),
      file,
      h("label", { for: "file", id: "file-choose", class: "button" }, t.fileChoose),
      fileName,
    ),
    h("div", {}, cardLabel, h("p", { id: "card-hint", class: "hint" }, t.cardHint), card),
    place,
    h("div", { id: "alert" }, alert),
    status,
    submit,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void tryOpen();
  });
  drawCode();
  const able = globalThis.crypto?.subtle !== undefined && typeof WebAssembly === "object";
  return h(
    "main",
    {},
    h("h1", { tabindex: "-1" }, t.title),
    h("p", {}, t.text),
    h("p", { class: "warning" }, t.where),
    able ? form : h("p", { role: "alert", class: "alert" }, t.noCrypto),
  );
}

/** Null when the disk did not give the bytes. */
async function readable<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function copyPage(opened: OpenCopy): HTMLElement {
  const t = said().reader;
  const { manifest } = opened;
  const own = manifest.words;
  const files = new Map(manifest.files.map((file) => [file.blob, file]));
  const alert = h("p", { role: "alert", class: "alert" });
  const status = h("p", { role: "status" });

  async function bytesOf(pointer: BlobPointer): Promise<Blob | null> {
    const file = files.get(pointer.blob);
    if (file === undefined) return null;
    const read = await readable(() => contentOf(opened, file));
    alert.textContent = read === null ? t.unreadable : read.ok ? "" : refusalText(read.error);
    return read?.ok === true ? read.value.content : null;
  }

  /** What a button is about, for who hears it: buttons of the same name stand under many papers. */
  const about = (title: string, name: string): HTMLElement => h("span", { class: "sr" }, ` ${title}, ${name}`);

  function pageRow(title: string, pointer: BlobPointer, n: number, word: string): Node {
    const name = `${word} ${n}`;
    const saving = button(`${t.save} (${sizeText(pointer.bytes, language)})`, () => {
      void bytesOf(pointer).then((content) => {
        const plain = safeName(`${title} ${name}`, name);
        if (content !== null) save(content, `${plain}${endingOf(pointer.mime)}`);
      });
    });
    saving.append(about(title, name));
    if (!/^image\/(webp|jpeg|png)$/.test(pointer.mime)) return h("li", {}, `${name} `, saving);
    const picture = h("div", {});
    const label = h("span", {}, t.show);
    const toggle = button("", () => {
      if (picture.firstChild !== null) {
        for (const canvas of picture.querySelectorAll("canvas")) canvas.width = 0;
        picture.replaceChildren();
        label.textContent = t.show;
        toggle.setAttribute("aria-expanded", "false");
        return;
      }
      void bytesOf(pointer).then(async (content) => {
        if (content === null) return;
        const canvas = await drawn(content, `${title}, ${name}`);
        if (canvas === null) {
          alert.textContent = t.unshown;
          return;
        }
        picture.replaceChildren(canvas);
        label.textContent = t.hide;
        toggle.setAttribute("aria-expanded", "true");
      });
    });
    toggle.setAttribute("aria-expanded", "false");
    toggle.append(label, about(title, name));
    return h("li", {}, `${name} `, toggle, " ", saving, picture);
  }

  function paperCard(id: string, record: PaperRecord): Node {
    const said = own.papers[id as keyof typeof own.papers];
    const title = said?.title ?? own.unnamed;
    const rows = pagesInOrder(record).flatMap(([, page], at) => {
      const shown = [page.readable, page.original].filter((pointer) => pointer !== null && files.has(pointer.blob));
      if (shown.length === 0) return [h("li", {}, `${own.sections.page} ${at + 1}: ${own.sections.missing}`)];
      return shown.flatMap((pointer) => {
        if (pointer === null) return [];
        const word = pointer === page.original && page.readable !== null ? own.sections.original : own.sections.page;
        return [pageRow(title, pointer, at + 1, word)];
      });
    });
    return h("article", {}, h("h3", { dir: "auto" }, title), facts(said?.facts ?? []), h("ul", {}, ...rows));
  }

  const papers = manifest.records.flatMap(({ id, record }) => (record.t === "paper" ? [{ id, record }] : []));
  const part = (title: string, list: typeof papers): Node | null =>
    list.length === 0
      ? null
      : h("section", {}, h("h2", {}, title), ...list.map(({ id, record }) => paperCard(id, record)));
  const dossiers = manifest.records.flatMap(({ id, record }) => {
    if (record.t !== "dossier") return [];
    const told = own.dossiers[id];
    const inner = (title: string, list: readonly (readonly [string, string])[]): Node | null =>
      list.length === 0 ? null : h("section", {}, h("h4", {}, title), facts(list));
    return [
      h(
        "article",
        {},
        h("h3", { dir: "auto" }, told?.title ?? record.number),
        facts(told?.facts ?? []),
        inner(own.sections.answers, told?.answers ?? []),
        inner(own.sections.replies, told?.replies ?? []),
        inner(own.sections.proofs, told?.proofs ?? []),
      ),
    ];
  });

  async function saveAll(): Promise<void> {
    status.textContent = t.saving;
    all.disabled = true;
    await painted();
    const made = await readable(() => archiveOf(opened));
    status.textContent = "";
    all.disabled = false;
    if (made === null) alert.textContent = t.unreadable;
    else if (!made.ok) alert.textContent = refusalText(made.error);
    else if (made.value !== "too-large") save(made.value, "besace.zip");
  }
  const all = button(t.saveAll, () => void saveAll(), { class: "main" });
  const close = button(t.close, () => {
    copy = null;
    for (const canvas of content.querySelectorAll("canvas")) canvas.width = 0;
    draw(true);
  });
  // What is in the copy was written in the person's language, whatever the reader speaks.
  const content = h(
    "div",
    { lang: own.language, dir: own.dir },
    part(
      own.sections.papers,
      papers.filter(({ record }) => record.status !== "binned"),
    ),
    dossiers.length === 0 ? null : h("section", {}, h("h2", {}, own.sections.dossiers), ...dossiers),
    own.profile.length === 0 ? null : h("section", {}, h("h2", {}, own.sections.profile), facts(own.profile)),
    (own.ahead ?? []).length === 0
      ? null
      : h("section", {}, h("h2", {}, own.sections.ahead ?? ""), facts(own.ahead ?? [])),
    part(
      own.sections.bin,
      papers.filter(({ record }) => record.status === "binned"),
    ),
  );
  return h(
    "main",
    {},
    h("h1", { tabindex: "-1" }, t.opened),
    h("p", { lang: own.language, dir: own.dir }, own.made),
    h("p", { class: "warning" }, t.where),
    h("p", { class: "actions" }, all, " ", close),
    alert,
    status,
    papers.length + dossiers.length === 0 ? h("p", {}, t.nothing) : content,
  );
}

draw();
