/**
 * French administrative papers as XHTML, all of them invented: bodies, logos, numbers and people exist nowhere. Pure.
 *
 * Surprising fact: they are drawn through an SVG foreignObject, so the markup must be well-formed XML, and every style
 * must stand in the element or in the one <style> of the sheet.
 */

export type Template = "lettre" | "facture" | "carte" | "avis";

/** What the caller wants to read on the paper. Absent fields are drawn from the seed. */
export type PaperTexts = {
  readonly name?: string;
  readonly address?: string;
  /** Written out, as printed: "14 mars 2026". */
  readonly date?: string;
  readonly reference?: string;
  /** Further lines, printed as paragraphs. */
  readonly lines?: readonly string[];
};

export type Sheet = {
  /** CSS pixels at 150 dots per inch. */
  readonly width: number;
  readonly height: number;
  readonly markup: string;
  /** Every word printed, in reading order of the markup. */
  readonly words: readonly string[];
};

const A4 = { width: 1240, height: 1754 } as const;
/** ID-1, 85.6 x 54 mm, drawn three times larger. */
const CARD = { width: 1516, height: 957 } as const;

const FIRST = ["Amina", "Josette", "Moussa", "Léa", "René", "Fatoumata", "Gaël", "Élodie"];
const LAST = ["Bertrand", "Le Goff", "Diallo", "Nguyen", "Lefèvre", "Benali", "Garnier", "Traoré"];
const STREETS = ["rue des Tilleuls", "chemin du Lavoir", "place de l'Église", "route de Mortagne"];
const TOWNS = ["61000 Alençon", "23300 La Souterraine", "58120 Château-Chinon", "09200 Saint-Girons"];
const MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "septembre", "octobre", "novembre"];

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function amount(cents: number): string {
  const euros = Math.floor(cents / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, " ");
  return `${euros},${String(cents % 100).padStart(2, "0")} €`;
}

const STYLE = `
  .s{box-sizing:border-box;width:100%;height:100%;background:#fdfcf8;color:#1b1b22;position:relative;overflow:hidden;
     font:25px/1.42 "Liberation Sans","Arimo","Helvetica","Arial","DejaVu Sans",sans-serif}
  .a4{padding:90px 105px}.serif{font-family:"Liberation Serif","Tinos","Times New Roman","DejaVu Serif",serif}
  .row{display:flex;justify-content:space-between;gap:40px}.small{font-size:19px;line-height:1.35;color:#44454f}
  h1{font-size:37px;margin:34px 0 18px}h2{font-size:28px;margin:22px 0 8px}p{margin:0 0 17px}
  .to{margin:50px 0 40px 540px}.logo{display:flex;gap:18px;align-items:center;font-weight:bold;font-size:27px}
  table{border-collapse:collapse;width:100%;margin:18px 0}td,th{border:2px solid #6b6d79;padding:9px 14px;text-align:left}
  th{background:#e4e8ef}.n{text-align:right}.box{border:3px solid #2b2f6b;padding:16px 22px;margin:18px 0}
  .foot{position:absolute;left:105px;right:105px;bottom:52px;border-top:2px solid #888;padding-top:10px}
  .stamp{position:absolute;opacity:.72}`;

function logo(color: string, shape: string): string {
  return `<svg width="92" height="92" viewBox="0 0 92 92" xmlns="http://www.w3.org/2000/svg"><rect width="92" height="92" rx="14" fill="${color}"/>${shape}</svg>`;
}

function stamp(top: string, date: string, x: number, y: number, turn: number): string {
  return `<svg class="stamp" style="left:${x}px;top:${y}px;transform:rotate(${turn}deg)" width="270" height="270" viewBox="0 0 270 270" xmlns="http://www.w3.org/2000/svg">
    <g fill="none" stroke="#2a3f9d" stroke-width="6"><circle cx="135" cy="135" r="124"/><circle cx="135" cy="135" r="86" stroke-width="3"/></g>
    <g fill="#2a3f9d" font-family="Liberation Sans, DejaVu Sans, sans-serif" text-anchor="middle" font-weight="bold">
      <text x="135" y="118" font-size="25">REÇU LE</text><text x="135" y="152" font-size="18">${xml(date)}</text>
      <text x="135" y="44" font-size="17">${xml(top)}</text><text x="135" y="244" font-size="17">COURRIER</text></g></svg>`;
}

const SIGNATURE = `<svg width="330" height="120" viewBox="0 0 330 120" xmlns="http://www.w3.org/2000/svg"><path d="M8 88c40-70 58-84 62-60s-34 74-20 66 38-62 52-58-12 46 6 44 26-40 44-36 0 38 22 32 30-30 52-26 20 24 96-6" fill="none" stroke="#1c2a78" stroke-width="5" stroke-linecap="round"/></svg>`;

/** Picks from lists by a random number source; the same source gives the same paper. */
export function makeSheet(template: Template, texts: PaperTexts, random: () => number): Sheet {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 10)).join("");
  const cents = (low: number, high: number): number => Math.floor(low + random() * (high - low));
  // Drawn whether given or not, so that a given name does not change the rest of the paper.
  const drawn = {
    name: `${pick(FIRST)} ${pick(LAST)}`,
    address: `${1 + Math.floor(random() * 98)} ${pick(STREETS)}, ${pick(TOWNS)}`,
    date: `${1 + Math.floor(random() * 28)} ${pick(MONTHS)} 2026`,
    reference: `${digits(4)} ${digits(3)} ${digits(3)} K`,
  };
  const name = texts.name ?? drawn.name;
  const address = texts.address ?? drawn.address;
  const date = texts.date ?? drawn.date;
  const reference = texts.reference ?? drawn.reference;
  const extra = (texts.lines ?? []).map((line) => `<p>${xml(line)}</p>`).join("");
  const to = `<div class="to">${xml(name)}<br/>${address.split(", ").map(xml).join("<br/>")}</div>`;
  const turn = Math.round(random() * 30 - 15);

  const bodies: Record<Template, () => string> = {
    lettre: () => {
      const housing = cents(18_000, 42_000);
      const activity = cents(9000, 31_000);
      return `<div class="s a4"><div class="row"><div class="logo">${logo("#2e6f9e", '<path d="M18 64 46 22 74 64Z" fill="#fff"/><circle cx="46" cy="54" r="10" fill="#f0b429"/>')}<span>Caisse des Aides<br/>du Val d'Orme</span></div><div class="small">3 boulevard de la Gare<br/>61002 Alençon Cedex<br/>Téléphone : 02 00 00 00 00</div></div>
        ${to}<div class="row"><span>N° de dossier : <b>${xml(reference)}</b></span><span>Le ${xml(date)}</span></div>
        <h1>Attestation de paiement</h1><p>Madame, Monsieur,</p>
        <p>Nous certifions que <b>${xml(name)}</b>, domicilié(e) à l'adresse ci-dessus, a reçu pour le mois en cours les prestations suivantes :</p>
        <table><tr><th>Prestation</th><th>Période</th><th class="n">Montant</th></tr><tr><td>Aide au logement</td><td>du 1er au 30 du mois</td><td class="n">${amount(housing)}</td></tr><tr><td>Prime d'activité</td><td>du 1er au 30 du mois</td><td class="n">${amount(activity)}</td></tr><tr><th colspan="2">Total versé</th><th class="n">${amount(housing + activity)}</th></tr></table>
        ${extra}<p>Cette attestation est établie à la demande de l'intéressé(e) pour servir et valoir ce que de droit. Tout changement de situation (adresse, emploi, composition de la famille) doit être signalé dans les quinze jours.</p>
        <p>Nous vous prions d'agréer, Madame, Monsieur, l'expression de nos salutations distinguées.</p>
        <div style="margin-left:600px"><p>La directrice</p>${SIGNATURE}</div>${stamp("CAISSE DES AIDES", date, 150, 1300, turn)}
        <div class="foot small">Document d'essai, sans valeur. La loi punit quiconque se rend coupable de fraudes ou de fausses déclarations.</div></div>`;
    },
    facture: () => {
      const lines = [
        { label: "Abonnement", quantity: "2 mois", cents: cents(1800, 2900) },
        { label: "Consommation heures pleines", quantity: `${cents(180, 420)} kWh`, cents: cents(4000, 9000) },
        { label: "Consommation heures creuses", quantity: `${cents(120, 380)} kWh`, cents: cents(2000, 6000) },
        { label: "Contribution et taxes", quantity: "", cents: cents(900, 2100) },
      ];
      const total = lines.reduce((sum, line) => sum + line.cents, 0);
      const rows = lines.map(
        (line) =>
          `<tr><td>${line.label}</td><td class="n">${line.quantity}</td><td class="n">${amount(line.cents)}</td></tr>`,
      );
      return `<div class="s a4"><div class="row"><div class="logo">${logo("#d9622b", '<path d="M52 12 22 52h20l-6 28 34-42H48Z" fill="#fff"/>')}<span>Énergie du Bocage</span></div><div class="small">Service clients<br/>BP 40, 61100 Flers<br/>contrat ${xml(reference)}</div></div>
        ${to}<h1>Facture d'électricité du ${xml(date)}</h1><div class="box"><b>Titulaire :</b> ${xml(name)}<br/><b>Lieu de consommation :</b> ${xml(address)}</div>
        <table><tr><th>Libellé</th><th class="n">Quantité</th><th class="n">Montant TTC</th></tr>${rows.join("")}<tr><th colspan="2">Montant à payer</th><th class="n">${amount(total)}</th></tr></table>
        ${extra}<h2>Votre consommation</h2><div style="display:flex;align-items:flex-end;gap:16px;height:190px">${Array.from({ length: 12 }, () => `<span style="width:52px;background:#d9622b;height:${40 + Math.floor(random() * 140)}px"></span>`).join("")}</div>
        <p style="margin-top:24px">À régler avant le quinze du mois suivant. En cas de difficulté de paiement, vous pouvez saisir le fonds de solidarité pour le logement de votre département.</p>
        <div class="foot small">Document d'essai, sans valeur. Énergie du Bocage, coopérative au capital variable.</div></div>`;
    },
    avis: () => {
      const income = cents(900_000, 2_400_000);
      return `<div class="s a4 serif"><div class="row"><div><b>SERVICE DES CONTRIBUTIONS</b><br/>Centre de l'Orne fictive<br/><span class="small">12 quai des Essais, 61000 Alençon</span></div><div class="small">Numéro fiscal : ${digits(2)} ${digits(2)} ${digits(3)} ${digits(3)} ${digits(3)}<br/>Référence de l'avis : ${xml(reference)}</div></div>
        ${to}<h1>AVIS DE SITUATION DÉCLARATIVE</h1><p>établi le ${xml(date)} au vu de votre déclaration</p>
        <table><tr><th>Déclarant 1</th><td>${xml(name)}</td></tr><tr><th>Situation de famille</th><td>célibataire</td></tr><tr><th>Nombre de parts</th><td>1,00</td></tr><tr><th>Adresse d'imposition</th><td>${xml(address)}</td></tr></table>
        <table><tr><th>Détail des revenus</th><th class="n">Déclarant 1</th></tr><tr><td>Salaires</td><td class="n">${amount(income)}</td></tr><tr><td>Déduction 10 % ou frais réels</td><td class="n">- ${amount(Math.floor(income / 10))}</td></tr><tr><td>Revenu fiscal de référence</td><td class="n">${amount(income - Math.floor(income / 10))}</td></tr><tr><th>Impôt sur le revenu net</th><th class="n">0,00 €</th></tr></table>
        ${extra}<div class="box">Ce document peut être demandé pour justifier de vos ressources. Conservez-le. Vérifiez son authenticité avec le numéro fiscal et la référence de l'avis.</div>
        <p>Vous n'êtes pas imposable au titre de cette année. Si votre situation change, vous pouvez déposer une déclaration rectificative.</p>${stamp("CONTRIBUTIONS", date, 830, 1330, turn)}
        <div class="foot small">Document d'essai, sans valeur.</div></div>`;
    },
    carte:
      () => `<div class="s" style="padding:44px 56px;background:linear-gradient(115deg,#dcebf3,#f3ead8 55%,#e0efd9);font-size:37px">
        <div class="row"><b style="font-size:46px">CARTE SOLIDAIRE</b><span class="small" style="font-size:28px">SPÉCIMEN D'ESSAI</span></div>
        <div style="display:flex;gap:54px;margin-top:34px"><svg width="340" height="440" viewBox="0 0 34 44" xmlns="http://www.w3.org/2000/svg"><rect width="34" height="44" fill="#b9c7d2"/><circle cx="17" cy="17" r="8" fill="#6d7f8d"/><path d="M3 44c0-12 6-17 14-17s14 5 14 17Z" fill="#6d7f8d"/></svg>
        <div><span class="small" style="font-size:27px">Nom et prénom</span><br/><b>${xml(name)}</b><br/><span class="small" style="font-size:27px">Adresse</span><br/>${address.split(", ").map(xml).join("<br/>")}<br/><span class="small" style="font-size:27px">Valable jusqu'au</span><br/><b>${xml(date)}</b>${extra}</div></div>
        <div style="position:absolute;left:56px;right:56px;bottom:38px;font:bold 42px 'Liberation Mono','DejaVu Sans Mono',monospace;letter-spacing:3px">N° ${xml(reference)}</div></div>`,
  };
  const body = bodies[template]();
  const size = template === "carte" ? CARD : A4;
  return { ...size, markup: `<style>${STYLE}</style>${body}`, words: wordsOf(body) };
}

function wordsOf(markup: string): string[] {
  return markup
    .replace(/<\/?b>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .split(/\s+/)
    .filter(Boolean);
}
