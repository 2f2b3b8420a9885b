/** Where the text of the other device goes in: pasted, or read from its drawing. In the page; needs the area "scan". */

import { TextArea } from "../ui/Field.tsx";
import { ScanQr } from "./ScanQr.tsx";

export interface PasteTextProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | undefined;
}

export function PasteText({ label, hint, value, onChange, error }: PasteTextProps) {
  return (
    <div class="stack-s">
      <ScanQr onText={onChange} />
      <TextArea label={label} hint={hint} rows={4} value={value} onChange={onChange} error={error} />
    </div>
  );
}
