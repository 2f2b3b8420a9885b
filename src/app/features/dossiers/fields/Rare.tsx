/** Fields that few forms ask, in a chunk of their own: a place, an address, a signature, a day with its time. */
import { AddressInput } from "./AddressInput.tsx";
import { MomentInput } from "./MomentInput.tsx";
import { PlaceInput } from "./PlaceInput.tsx";
import { SignatureInput } from "./SignatureInput.tsx";
import type { Typed } from "./shared.tsx";

export type RareType = "commune" | "departement" | "region" | "country" | "address" | "signature" | "datetime";

/** Needs the area "fields". */
export function Rare(props: Typed<RareType>) {
  const { field } = props;
  switch (field.type) {
    case "address":
      return <AddressInput {...props} field={field} />;
    case "signature":
      return <SignatureInput {...props} field={field} />;
    case "datetime":
      return <MomentInput {...props} field={field} />;
    default:
      return <PlaceInput {...props} field={field} />;
  }
}
