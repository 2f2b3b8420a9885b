/** A public schema of Démarches simplifiées, written by hand after its documented shape, with all of its 41 types. */

export const idOf = (n: number): string => btoa(`Champ-${n}`);

type Extra = Readonly<Record<string, unknown>>;
const champ = (n: number, type: string, label: string, extra: Extra = {}): Extra => ({
  __typename: `${type}ChampDescriptor`,
  id: idOf(n),
  label,
  description: "",
  required: false,
  ...extra,
});

/** Typename without its end, in the order of the form. */
export const champs: readonly Extra[] = [
  champ(1, "HeaderSection", "Vous", { level: "1" }),
  champ(2, "Civilite", "Civilité", { required: true }),
  champ(3, "Text", "Nom de naissance", { required: true, description: "Comme sur votre pièce d’identité." }),
  champ(4, "Text", "Prénoms"),
  champ(5, "Date", "Date de naissance"),
  champ(6, "Email", "Adresse électronique"),
  champ(7, "Phone", "Téléphone"),
  champ(8, "HeaderSection", "Votre logement", { level: "1" }),
  champ(9, "HeaderSection", "Adresse", { level: "2" }),
  champ(10, "Address", "Adresse"),
  champ(11, "Communes", "Commune"),
  champ(12, "Departements", "Département"),
  champ(13, "Regions", "Région"),
  champ(14, "Pays", "Pays de naissance"),
  champ(15, "Epci", "Intercommunalité"),
  champ(16, "Explication", "À savoir", {
    description: "Lisez ceci.",
    collapsibleExplanationEnabled: true,
    collapsibleExplanationText: "Et cela.",
  }),
  champ(17, "Iban", "IBAN"),
  champ(18, "Siret", "SIRET"),
  champ(19, "Textarea", "Votre situation"),
  champ(20, "Number", "Ancien nombre"),
  champ(21, "DecimalNumber", "Loyer"),
  champ(22, "IntegerNumber", "Enfants"),
  champ(23, "Formatted", "Numéro d’allocataire"),
  champ(24, "Datetime", "Rendez-vous"),
  champ(25, "Checkbox", "Je certifie", { required: true }),
  champ(26, "YesNo", "Avez-vous un logement ?"),
  champ(27, "DropDownList", "Lien", { options: ["Père", "Mère", "Autre"], otherOption: true }),
  champ(28, "MultipleDropDownList", "Ressources", { options: ["Salaire", "Retraite", "Salaire "] }),
  champ(29, "LinkedDropDownList", "Transport", {
    options: ["--Train--", "TER", "TGV", "--Car--", "Ligne 1", "--À pied--"],
  }),
  champ(30, "PieceJustificative", "Avis d’imposition", { required: true, fileTemplate: { filename: "modele.pdf" } }),
  champ(31, "TitreIdentite", "Pièce d’identité"),
  champ(32, "Repetition", "Enfants à charge", {
    champDescriptors: [
      champ(33, "Text", "Prénom de l’enfant"),
      champ(34, "Date", "Né le"),
      champ(35, "PieceJustificative", "Acte de naissance"),
      champ(36, "HeaderSection", "Rien", { level: "1" }),
    ],
  }),
  champ(37, "DossierLink", "Autre dossier"),
  champ(38, "Referentiel", "Référentiel"),
  champ(39, "AnnuaireEducation", "École"),
  champ(40, "RNA", "Association"),
  champ(41, "RNF", "Fondation"),
  champ(42, "Carte", "Carte"),
  champ(43, "Cnaf", "Quotient CAF"),
  champ(44, "Dgfip", "Impôts"),
  champ(45, "PoleEmploi", "France Travail"),
  champ(46, "Mesri", "Études"),
  champ(47, "COJO", "Comité"),
  champ(48, "EngagementJuridique", "Engagement"),
];

export const schemaOf = (champDescriptors: readonly unknown[], more: Extra = {}): Extra => ({
  id: btoa("Procedure-4321"),
  number: 4321,
  title: "Aide facultative du CCAS",
  description: "Demandez une aide.\n\nLe service répond en un mois.",
  state: "publiee",
  declarative: null,
  dateCreation: "2026-01-05T09:00:00+01:00",
  demarcheURL: "https://demarche.example.fr/commencer/aide-facultative",
  notice: { url: "https://demarche.example.fr/notice.pdf" },
  cadreJuridiqueURL: null,
  service: { nom: "CCAS de Brévigny", siret: "20004202200014", organisme: "CCAS", typeOrganisme: "commune" },
  revision: {
    id: btoa("ProcedureRevision-9"),
    datePublication: "2026-02-01T09:00:00+01:00",
    champDescriptors,
    annotationDescriptors: [champ(99, "Text", "Pour l’instructeur")],
  },
  ...more,
});

export const context = { today: "2026-11-22", reviewBefore: "2027-05-22", hash: "00ff" } as const;
