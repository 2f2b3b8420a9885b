/**
 * Fillable PDFs for tests, in the manner of official forms: text, boxes of one character, ticks, radios, lists, a signature. Made
 * with pdf-lib; nothing official is in them (no official file was to be had). Runs in Node.
 */
import { PDFDocument, PDFHexString, PDFName, PDFString, StandardFonts } from "@cantoo/pdf-lib";

const A4: [number, number] = [595, 842];

export interface FillableOptions {
  /** Scripts, actions, XFA and an attached file, as hostile or merely old forms have. */
  readonly acting?: boolean;
  readonly change?: (pdf: PDFDocument) => void;
}

/** "Demande d'aide aux vacances" on one page: the example mapping in src/forms/examples is for it. */
export async function fillablePdf({ acting = false, change }: FillableOptions = {}): Promise<ArrayBuffer> {
  const pdf = await PDFDocument.create({ updateMetadata: false });
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  const page = pdf.addPage(A4);
  const form = pdf.getForm();
  page.drawText("Demande d'aide aux vacances", { x: 40, y: 790, size: 16, font });
  const text = (name: string, x: number, y: number, width: number, height = 20): void => {
    form.createTextField(name).addToPage(page, { x, y, width, height, borderWidth: 0.5 });
  };
  text("demandeur.nom", 40, 740, 200);
  text("demandeur.prenom", 300, 740, 200);
  const comb = form.createTextField("depart");
  comb.setMaxLength(8);
  comb.enableCombing();
  comb.addToPage(page, { x: 40, y: 700, width: 160, height: 20, borderWidth: 0.5 });
  for (let at = 1; at <= 2; at++) text(`enfants.c${at}`, 200 + at * 20, 700, 18);
  const yes = form.createCheckBox("enfants.oui");
  yes.addToPage(page, { x: 40, y: 660, width: 14, height: 14 });
  const place = form.createRadioGroup("lieu");
  place.addOptionToPage("mer", page, { x: 40, y: 630, width: 14, height: 14 });
  place.addOptionToPage("montagne", page, { x: 80, y: 630, width: 14, height: 14 });
  place.addOptionToPage("autre", page, { x: 120, y: 630, width: 14, height: 14 });
  text("autre.lieu", 150, 628, 200);
  const list = form.createDropdown("mois");
  list.addOptions(["juillet", "août", "autre"]);
  list.addToPage(page, { x: 400, y: 628, width: 120, height: 20 });
  text("ressources", 40, 590, 80);
  text("charges", 140, 590, 80);
  text("reste", 240, 590, 80);
  const many = form.createTextField("precisions");
  many.enableMultiline();
  many.addToPage(page, { x: 40, y: 480, width: 300, height: 60, borderWidth: 0.5 });
  text("cadre.administration", 40, 100, 200);
  if (acting) {
    const script = pdf.context.obj({ Type: "Action", S: "JavaScript", JS: PDFString.of("app.alert('marque-script')") });
    pdf.catalog.set(PDFName.of("OpenAction"), pdf.context.register(script));
    pdf.addJavaScript("marque", "app.alert('marque-script')");
    const field = form.getTextField("demandeur.nom").acroField;
    field.dict.set(PDFName.of("AA"), pdf.context.obj({ K: script }));
    for (const widget of field.getWidgets())
      widget.dict.set(
        PDFName.of("A"),
        pdf.context.obj({ S: "SubmitForm", F: PDFHexString.fromText("http://marque.example/") }),
      );
    await pdf.attach(new TextEncoder().encode("marque-fichier"), "marque.txt", { mimeType: "text/plain" });
    await pdf.flush();
  }
  form.updateFieldAppearances();
  change?.(pdf);
  if (acting) form.acroForm.dict.set(PDFName.of("XFA"), pdf.context.register(pdf.context.stream("<marque-xfa/>")));
  // What is saved is what stands there: pdf-lib would take XFA away, and follow every field.
  const bytes = await pdf.save({ useObjectStreams: acting, updateFieldAppearances: false });
  return bytes.slice().buffer as ArrayBuffer;
}
