/**
 * The words of a mandate as they were signed, with the signature and the fingerprint: on the screen a paper, printed A4, black on
 * white. In the page, of a person and of a desk; needs the area "mandats".
 *
 * Surprising fact: nothing is put together here. What stands on the sheet is the text that was sealed, letter by letter.
 */
import { useEffect, useState } from "preact/hooks";
import { inkBox, pathOf, strokesOf } from "../../../forms/signature.ts";
import { signedText } from "../../../satchel/mandate.ts";
import type { MandateSignature, MandateText } from "../../../satchel/model.ts";
import { toBase64Url, utf8 } from "../../../shared/bytes.ts";
import { formatTime } from "../../i18n/format.ts";
import { frenchDay } from "../../i18n/french-text.ts";
import { inFrench } from "../../i18n/i18n.ts";
import { isLanguage, languageInfo } from "../../i18n/languages.ts";
import { useT } from "../../i18n/useT.ts";
import { Banner } from "../Banner.tsx";
import "./mandate.css";

/** The text with its first line as a title. */
export function Words({ text, language }: { readonly text: string; readonly language: string }) {
  const [title, ...rest] = text.split("\n\n");
  const dir = isLanguage(language) ? languageInfo(language).dir : "ltr";
  return (
    <div class="stack-s mandate__words" lang={language} dir={dir} translate={false}>
      <h2>{title}</h2>
      {rest.map((part) => (
        <p key={part}>{part}</p>
      ))}
    </div>
  );
}

/** Sixteen groups of letters, to be read out or compared. */
const grouped = (hash: string): string => hash.match(/.{1,4}/g)?.join(" ") ?? "";

interface SheetProps {
  readonly text: MandateText;
  readonly hash: string;
  readonly signature: MandateSignature;
  readonly name: string;
}

export function MandateSheet({ text, hash, signature, name }: SheetProps) {
  const t = useT();
  const strokes = strokesOf(signature.ink ?? "");
  const [isTrue, setTrue] = useState(true);
  useEffect(() => {
    let gone = false;
    void crypto.subtle.digest("SHA-256", utf8(signedText(text))).then((bytes) => {
      if (!gone) setTrue(toBase64Url(new Uint8Array(bytes)) === hash);
    });
    return () => {
      gone = true;
    };
  }, [text, hash]);
  return (
    <article class="mandate stack-m">
      {!isTrue && (
        <Banner tone="redo" icon="attention">
          {t("mandats.sheet.wrong")}
        </Banner>
      )}
      <Words text={text.fr} language="fr" />
      {text.shown !== null && <Words text={text.shown.text} language={text.shown.language} />}
      <section class="stack-s mandate__signs" lang="fr" dir="ltr">
        <h2>{inFrench("mandats.sheet.signature")}</h2>
        {strokes !== null && (
          <svg class="mandate__ink" aria-hidden="true" viewBox={`0 0 ${inkBox.width} ${inkBox.height}`}>
            <path d={pathOf(strokes)} />
          </svg>
        )}
        <p>
          {inFrench("mandats.sheet.signedBy", {
            name: signature.name === "" ? name : signature.name,
            date: frenchDay(signature.at),
            time: formatTime(signature.at),
          })}
        </p>
        <p class="mandate__hand printonly">{inFrench("mandats.sheet.hand")}</p>
        <p class="meta">
          {inFrench("mandats.sheet.hash")}
          {"\u00a0: "}
          <span class="num mandate__hash" translate={false}>
            {grouped(hash)}
          </span>
        </p>
      </section>
      <p class="meta noprint">{t("mandats.sheet.hashText")}</p>
    </article>
  );
}
